import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** An expression or a type has to stand here and nothing does. */
export const missingValue = defineDiagnostic<{
  readonly span: Span;
  readonly wanted: string;
  readonly found: string;
  readonly after: string | undefined;
}>({
  code: "MMX1017",
  slug: "missing-value",
  severity: "error",
  why: "After `=`, `:`, an operator, `|>` or an opening bracket the grammar waits for a value or a type.",
  bad: "mmx 1\ntau =\nrho = 3\n",
  good: "mmx 1\ntau = 0.1\nrho = 3\n",
  describe: ({ span, wanted, found, after }) => ({
    message: after === undefined ? `expected ${wanted}, found ${found}` : `expected ${wanted} after ${after}, found ${found}`,
    span,
  }),
});
