import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

const body = (second: string): string => `  t = clip.text |> Linear(64)
  bank centre: f32[64] = 0
  update centre = 0.9 * centre + 0.1 * mean(t, over: B)
${second}  score = (t - centre) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`;

export const updatedTwice = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly first: Span;
}>({
  code: "MMX3012",
  slug: "updated-twice",
  severity: "error",
  why: "All updates happen together after the step, so a bank can take one new value only.",
  bad: example({ body: body("  update centre = mean(t, over: B)\n") }),
  good: example({ body: body("") }),
  describe: ({ span, name, first }) => ({
    message: `the bank ${name} is updated twice in one step`,
    span,
    labels: [{ span: first, text: "its first update" }],
    fixes: [{ title: "keep one of the two, or write both into one expression", edits: [] }],
  }),
});
