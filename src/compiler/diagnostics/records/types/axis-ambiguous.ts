import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const axisAmbiguous = defineDiagnostic<{
  readonly span: Span;
  readonly axis: string;
  readonly shape: string;
}>({
  code: "MMX2110",
  slug: "axis-ambiguous",
  severity: "error",
  why: "An axis without a name is found by its size only where no other axis has that size.",
  bad: example({
    top: "dim D = 8",
    body: `  t = clip.text |> Linear(64)
  u = split(t, into: 8, along: last)
  score = u |> sum(over: D) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example({
    top: "dim D = 8",
    body: `  t = clip.text |> Linear(64)
  u = split(t, into: 8, along: last)
  score = u |> sum(over: last) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  describe: ({ span, axis, shape }) => ({
    message: `${axis} could be more than one axis of ${shape}`,
    span,
    fixes: [{ title: "name the axis where it is made, with `as:`, or use `last`", edits: [] }],
  }),
});
