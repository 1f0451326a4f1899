import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const misplacedStatement = defineDiagnostic<{
  readonly span: Span;
  readonly what: string;
}>({
  code: "MMX2120",
  slug: "misplaced-statement",
  severity: "error",
  why: "`loss`, `predict`, `bank` and `update` belong to a model, `next` to a scan.",
  bad: example({ top: "module Code(x: f32[B, F]) -> f32[B, 8] {\n  loss small = mean(x)\n  x |> Linear(8)\n}" }),
  good: example(),
  describe: ({ span, what }) => ({
    message: what === "next" ? "`next` belongs in a scan" : `\`${what}\` belongs in a model`,
    span,
  }),
});
