import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const missingResult = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
}>({
  code: "MMX2119",
  slug: "missing-result",
  severity: "error",
  why: "The last line of a module or function is an expression: its result.",
  bad: example({ top: "module Code(x: f32[B, F]) -> f32[B, 8] {\n  _y = x |> Linear(8)\n}" }),
  good: example({ top: "module Code(x: f32[B, F]) -> f32[B, 8] {\n  x |> Linear(8)\n}" }),
  describe: ({ span, name }) => ({ message: `${name} has no result: its last line must be an expression`, span }),
});
