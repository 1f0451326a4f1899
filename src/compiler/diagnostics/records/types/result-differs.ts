import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const resultDiffers = defineDiagnostic<{
  readonly span: Span;
  readonly callee: string;
  readonly declared: string;
  readonly found: string;
}>({
  code: "MMX2123",
  slug: "result-differs",
  severity: "error",
  why: "A module's body must give the shape that its signature promises.",
  bad: example({ top: "module Code(x: f32[B, F]) -> f32[B, 8] {\n  x |> Linear(16)\n}" }),
  good: example({ top: "module Code(x: f32[B, F]) -> f32[B, 8] {\n  x |> Linear(8)\n}" }),
  describe: ({ span, callee, declared, found }) => ({
    message: `${callee} promises ${declared}, and its body gives ${found}`,
    span,
  }),
});
