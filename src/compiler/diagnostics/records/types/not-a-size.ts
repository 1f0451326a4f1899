import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const notASize = defineDiagnostic<{
  readonly span: Span;
  readonly found: string;
}>({
  code: "MMX2111",
  slug: "not-a-size",
  severity: "error",
  why: "A size is a whole number, a declared dimension or a polynomial of them.",
  bad: example({
    body: `  t = clip.text |> Linear(1.5)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, found }) => ({ message: `a size is needed here, and this is ${found}`, span }),
});
