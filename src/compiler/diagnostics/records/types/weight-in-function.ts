import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const weightInFunction = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
}>({
  code: "MMX2121",
  slug: "weight-in-function",
  severity: "error",
  why: "A function, named with a small letter, makes no weights.",
  bad: example({ top: "fn scale(x: f32[B, F]) -> f32[B, F] {\n  param gain: f32[F] = ones()\n  x * gain\n}" }),
  good: example({ top: "module Scale(x: f32[B, F]) -> f32[B, F] {\n  param gain: f32[F] = ones()\n  x * gain\n}" }),
  describe: ({ span, name }) => ({ message: `a function makes no weights, and ${name} is one`, span, fixes: [{ title: "make it a `module` with a capital letter", edits: [] }] }),
});
