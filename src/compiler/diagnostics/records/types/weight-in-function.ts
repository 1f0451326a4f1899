import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const weightInFunction = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  /** A `param` of the function itself, or a module that it uses. */
  readonly kind: "param" | "module";
}>({
  code: "MMX2121",
  slug: "weight-in-function",
  severity: "error",
  why: "A function, named with a small letter, makes no weights.",
  bad: example({ top: "fn scale(x: f32[B, F]) -> f32[B, F] {\n  param gain: f32[F] = ones()\n  x * gain\n}" }),
  good: example({ top: "module Scale(x: f32[B, F]) -> f32[B, F] {\n  param gain: f32[F] = ones()\n  x * gain\n}" }),
  describe: ({ span, name, kind }) => ({
    message: `a function makes no weights, and ${name} ${kind === "param" ? "is one" : "makes some"}`,
    span,
    fixes: [{ title: "make it a `module` with a capital letter", edits: [] }],
  }),
});
