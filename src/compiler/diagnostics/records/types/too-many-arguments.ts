import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const tooManyArguments = defineDiagnostic<{
  readonly span: Span;
  readonly callee: string;
  readonly most: number;
  readonly call: Span;
}>({
  code: "MMX2105",
  slug: "too-many-arguments",
  severity: "error",
  why: "Positional arguments fill the parameters in order; there must be a parameter left for each.",
  bad: example({
    body: `  t = clip.text |> Linear(64, true, 3)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, callee, most }) => ({
    message: `${callee} has no parameter left for this argument`,
    span,
    notes: [`it takes at most ${most}`],
  }),
});
