import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

const body = (update: string): string => `  t = clip.text |> Linear(64)
  bank centre: f32[64] = 0
${update}  score = (t - centre) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`;

export const neverUpdated = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
}>({
  code: "MMX6006",
  slug: "never-updated",
  severity: "warning",
  why: "A bank keeps its first value until an update changes it. One that is never updated is a constant.",
  bad: example({ body: body("") }),
  good: example({ body: body("  update centre = 0.9 * centre + 0.1 * mean(t, over: B)\n") }),
  describe: ({ span, name }) => ({
    message: `nothing updates the bank ${name}: it stays what it starts as`,
    span,
    fixes: [{ title: "say what it becomes after a step", preview: `update ${name} = …`, edits: [] }],
  }),
});
