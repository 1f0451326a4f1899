import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const badExtension = defineDiagnostic<{
  readonly span: Span;
  readonly path: string;
  readonly reason: string;
}>({
  code: "MMX2008",
  slug: "bad-extension",
  severity: "error",
  why: 'An operation written in TypeScript declares its signature as a text, which the checker reads without running the file: `export const swish = operation("swish(x: f32[...]) -> f32[...]", { … })`.',
  bad: example().replace("mmx 1", 'mmx 1\nuse "./swish.ts"'),
  good: example(),
  around: { files: { "swish.ts": "export function swish(x: number): number {\n  return x / (1 + Math.exp(-x));\n}\n" } },
  describe: ({ span, path, reason }) => ({ message: `${path} is no extension: ${reason}`, span }),
});
