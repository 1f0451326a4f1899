import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const shapeError = defineDiagnostic<{
  readonly span: Span;
  readonly operation: string;
  readonly reason: string;
}>({
  code: "MMX2124",
  slug: "shape-error",
  severity: "error",
  why: "The operation cannot take these shapes.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = t |> window(size: 99, over: last) |> mean(over: window) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, operation, reason }) => ({ message: `${operation} does not fit here: ${reason}`, span }),
});
