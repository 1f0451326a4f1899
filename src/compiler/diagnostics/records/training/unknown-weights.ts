import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const unknownWeights = defineDiagnostic<{
  readonly span: Span;
  readonly path: string;
  readonly candidates: readonly string[];
}>({
  code: "MMX5006",
  slug: "unknown-weights",
  severity: "error",
  why: "`freeze` and `group` name weights by the path of the values that made them, `h.text`.",
  bad: example({ train: `  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3), freeze: [tt] }` }),
  good: example({ train: `  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3), freeze: [t] }` }),
  describe: ({ span, path, candidates }) => ({
    message: `no weight lies under ${path}`,
    span,
    notes: [`weights lie under ${listOf([...new Set(candidates)].slice(0, 12), "and")}`],
    fixes: renameFix(span, path, candidates),
  }),
});
