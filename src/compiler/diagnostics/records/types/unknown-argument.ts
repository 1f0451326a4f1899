import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const unknownArgument = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly callee: string;
  readonly candidates: readonly string[];
}>({
  code: "MMX2103",
  slug: "unknown-argument",
  severity: "error",
  why: "A named argument must be one of the parameters that the module or function declares.",
  bad: example({
    body: `  t = clip.text |> Linear(64, bais: false)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example({
    body: `  t = clip.text |> Linear(64, bias: false)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  describe: ({ span, name, callee, candidates }) => ({
    message: `${callee} has no parameter ${name}`,
    span,
    notes: [candidates.length === 0 ? "it takes no named argument" : `its parameters are ${listOf(candidates, "and")}`],
    fixes: renameFix(span, name, candidates),
  }),
});
