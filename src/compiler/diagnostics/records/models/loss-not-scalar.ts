import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const lossNotScalar = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly found: string;
}>({
  code: "MMX3001",
  slug: "loss-not-scalar",
  severity: "error",
  why: "A loss is one number for the batch: reduce what is left over.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = abs(score - clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example({
    body: `  t = clip.text |> Linear(64)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mean(abs(score - clip.mood)) + 0 * mean(clip.audio)`,
  }),
  describe: ({ span, name, found }) => ({
    message: `the loss ${name} must be a scalar, and this is ${found}`,
    span,
    fixes: [
      {
        title: "average it",
        preview: "mean(…)",
        edits: [
          { span: { ...span, end: span.start }, replacement: "mean(" },
          { span: { ...span, start: span.end }, replacement: ")" },
        ],
      },
    ],
  }),
});
