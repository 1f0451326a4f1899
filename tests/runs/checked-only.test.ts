// `mmx check` leaves out what only a training needs. What it says must be the same as what a training is told.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const specs = ["tests/wrong", "examples/digits", "examples/mmcl", "scripts/kill-test"].flatMap((folder) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(".mmx"))
    .map((name) => `${folder}/${name}`),
);

test("a check without runnable graphs gives the same diagnostics, for every spec there is", () => {
  expect(specs.length).toBeGreaterThan(60);
  for (const path of specs) {
    const host = { ...memoryHost({}), read: (file: string) => readFileSync(join(root, file), "utf8") };
    const whole = checkSpec(host, path);
    const checked = checkSpec(host, path, { runnable: false });
    expect(checked.diagnostics, path).toEqual(whole.diagnostics);
    expect(checked.compiled === undefined, path).toBe(whole.compiled === undefined);
  }
});

/** Two stages over one model: the second freezes what the first trained; a weight stays that neither reaches. */
const twoStages = `mmx 1
data clips {
  text: f32[B, Ft]
  mood: target f32[B]
}
model Two(clip: clips) {
  first = clip.text |> Linear(4)
  second = first |> Linear(1) |> squeeze()
  third = stop(first |> Linear(1) |> squeeze())
  predict mood = second + third
  loss task = mae(second + third, clip.mood)
}
train Two on clips {
  stage one { epochs: 1, minimize: task, optimizer: sgd(lr: 1e-2) }
  stage two { epochs: 1, minimize: task, optimizer: adam(lr: 1e-2), freeze: [first] }
}
`;

test("with several stages too, where a weight is never trained", () => {
  const host = memoryHost({ "two.mmx": twoStages });
  const whole = checkSpec(host, "two.mmx");
  expect(whole.diagnostics.map(({ slug }) => slug)).toContain("never-trained");
  expect(checkSpec(host, "two.mmx", { runnable: false }).diagnostics).toEqual(whole.diagnostics);
  const [one, two] = whole.compiled?.train?.stages ?? [];
  expect([one?.graph.assignments.length, two?.graph.assignments.length].every((count) => (count ?? 0) > 0)).toBe(true);
});
