import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const capitalMakesWeights = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly kind: "module" | "fn";
}>({
  code: "MMX2007",
  slug: "capital-makes-weights",
  severity: "error",
  why: "A capital letter says that a call makes weights, so a module begins with one and a weightless function does not: the reader of a model sees at each call which it is.",
  bad: example({ top: "module scale(x: f32[B, F]) -> f32[B, F] {\n  2 * x\n}" }),
  good: example({ top: "fn scale(x: f32[B, F]) -> f32[B, F] = 2 * x" }),
  describe: ({ span, name, kind }) => {
    const letter = name.slice(0, 1);
    const mended = `${kind === "module" ? letter.toUpperCase() : letter.toLowerCase()}${name.slice(1)}`;
    return {
      message:
        kind === "module"
          ? `the module ${name} must begin with a capital letter`
          : `the function ${name} must begin with a small letter`,
      span,
      fixes: [
        { title: "rename it", preview: mended, edits: [] },
        {
          title: kind === "module" ? "declare it `fn` if it makes no weights" : "declare it `module` if it makes weights",
          edits: [],
        },
      ],
    };
  },
});
