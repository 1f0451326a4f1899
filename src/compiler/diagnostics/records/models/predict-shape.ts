import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const predictShape = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly expected: string;
  readonly found: string;
  readonly declared: Span;
}>({
  code: "MMX3003",
  slug: "predict-shape",
  severity: "error",
  why: "A prediction has the shape of its target; for class labels it has one more axis, a logit a class.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = t |> Linear(1)
  predict mood = score
  loss task = mae(squeeze(score), clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, name, expected, found, declared }) => ({
    message: `the prediction of ${name} must be ${expected}, and this is ${found}`,
    span,
    labels: [{ span: declared, text: "the target" }],
    fixes: found.endsWith(", 1]")
      ? [
          {
            title: "drop the last axis",
            preview: "… |> squeeze()",
            edits: [{ span: { ...span, start: span.end }, replacement: " |> squeeze()" }],
          },
        ]
      : [],
  }),
});
