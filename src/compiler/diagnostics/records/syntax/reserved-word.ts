import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A reserved word where a name has to stand. */
export const reservedWord = defineDiagnostic<{ readonly span: Span; readonly word: string }>({
  code: "MMX1008",
  slug: "reserved-word",
  severity: "error",
  why:
    "Words that begin a declaration or an expression cannot be names: `use dim labels data modalities module fn model train " +
    "evaluate for in else if then and or not true false scan`. As a key before `:` and after `.` any word may stand.",
  bad: "mmx 1\nscan = 3\n",
  good: "mmx 1\nscans = 3\n",
  describe: ({ span, word }) => ({
    message: `\`${word}\` is a word of the language and cannot be a name here`,
    span,
    fixes: [{ title: `take another name, such as \`${word}_\``, edits: [] }],
  }),
});
