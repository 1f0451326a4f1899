import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const axisNotFound = defineDiagnostic<{
  readonly span: Span;
  readonly axis: string;
  readonly shape: string;
  readonly names: readonly string[];
}>({
  code: "MMX2109",
  slug: "axis-not-found",
  severity: "error",
  why: "Reductions, softmax, joining and attention name the axis they work on. The value must have an axis of that name, or exactly one of that size.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = mean(t, over: time)
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example({
    body: `  t = clip.text |> Linear(64)
  score = mean(t, over: last)
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  describe: ({ span, axis, shape, names }) => ({
    message: `${shape} has no axis ${axis}`,
    span,
    notes: [
      names.length === 0
        ? "its axes have no names: use `last`"
        : `its named axes are ${listOf(names, "and")}; \`last\` is the last one`,
    ],
    fixes: renameFix(span, axis, names),
  }),
});
