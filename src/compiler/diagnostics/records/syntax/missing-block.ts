import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A declaration that needs a block and has no `{`. */
export const missingBlock = defineDiagnostic<{ readonly span: Span; readonly keyword: string }>({
  code: "MMX1012",
  slug: "missing-block",
  severity: "error",
  why: "`data`, `model`, `train` and `stage` have a block, and so has a `module` or `fn` that is not `= expression`; it stands in `{ }`. Indentation alone opens none.",
  bad: "mmx 1\ndata clips\n  text: f32[B, 3]\n}\n",
  good: "mmx 1\ndata clips {\n  text: f32[B, 3]\n}\n",
  describe: ({ span, keyword }) => ({
    message: `the block of this \`${keyword}\` has no \`{\``,
    span,
    fixes: [{ title: "add `{` at the end of the line", edits: [{ span, replacement: " {" }] }],
  }),
});
