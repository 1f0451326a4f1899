// Every example in the library's docs is checked as it stands, in one model that has the names the examples speak of.
import { describe, expect, test } from "vitest";
import { libraryEntries } from "../../scripts/docs/std-entries.ts";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { standardLibrary } from "../../src/compiler/std/sources.ts";

const context = (example: string): string => `mmx 1
use ${Object.keys(standardLibrary)
  .filter((name) => name !== "std.core")
  .join(", ")}
dim T <= 50 ragged
dim D = 16
dim Height = 8, Width = 8
labels Lie = truth | lie
labels Kind = neutral | happy | sad
data clips {
  text: f32[B, T, Ft]
  audio: f32[B, T, Fa]
  vision: f32[B, T, Fv]
  picture: f32[B, Height, Width, 3]
  word: i32[B, T]
  mood: target f32[B]
  kind: target Kind[B]
  lie: target bool[B]
}
data films {
  face: f32[B, Ff]
  lie: target Lie[B]
}
modalities M = text | audio | vision

model Example(clip: clips, source: films, target: films without lie) {
  x = clip.text |> Linear(D)
  image = clip.picture
  steps[m] = clip[m] |> Linear(D) for m in M
  h[m] = steps[m] |> mean(over: T) for m in M
  view[m] = h[m] * 0.9 for m in M
  q = gaussian(mean: h[audio], logvar: h[text])
  latents = clip.vision |> PerceiverStart(4, D)
  fused = mean(h[m] for m in M)
  score = fused |> Linear(1) |> squeeze()
  logit = score
  logits = fused |> Linear(Kind)
  rarity = mean(clip.kind |> onehot(Kind), over: B)
  network = MLP(D, Lie)
  s = { fused: source.face |> Linear(D), logits: source.face |> network }
  t = { fused: target.face |> Linear(D), logits: target.face |> network }
  w = kernel_width(s.fused, t.fused)
  ${example}
}
`;

const examples = Object.entries(standardLibrary).flatMap(([path, text]) =>
  libraryEntries(path, text).map(({ name, parts }) => ({ path, name, example: parts.Example })),
);

/** Here nothing goes on with what an example makes, and no example reads all of the data. */
const expected = ["MMX6001", "MMX6002"];

describe("examples of the library", () => {
  test.each(examples)("$path $name: $example", ({ example }) => {
    const { diagnostics } = checkSpec(memoryHost({ "example.mmx": context(example) }), "example.mmx");
    expect(diagnostics.filter(({ code }) => !expected.includes(code)).map((found) => `${found.code} ${found.message}`)).toEqual(
      [],
    );
  });

  test("the context has no error of its own", () => {
    const { diagnostics } = checkSpec(memoryHost({ "example.mmx": context("y = undeclared") }), "example.mmx");
    expect(diagnostics.filter((diagnostic) => diagnostic.severity === "error")).toHaveLength(1);
  });
});
