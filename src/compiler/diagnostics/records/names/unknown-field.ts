import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const unknownField = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly of: string;
  readonly candidates: readonly string[];
}>({
  code: "MMX2004",
  slug: "unknown-field",
  severity: "error",
  why: "A field is read by the name it has in its data block or record.",
  bad: example({
    body: `  t = clip.txt |> Linear(64)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  good: example(),
  describe: ({ span, name, of, candidates }) => ({
    message: `${of} has no field ${name}`,
    span,
    notes: candidates.length === 0 ? [] : [`it has ${listOf(candidates, "and")}`],
    fixes: renameFix(span, name, candidates),
  }),
});
