import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A top-level line that begins with a word that declares nothing. */
export const unknownDeclaration = defineDiagnostic<{
  readonly span: Span;
  readonly word: string;
  /** What the word should begin. */
  readonly kind: "declaration" | "statement";
  readonly meant: string | undefined;
  /** Where only blocks of a kind may have the statement: `model`. */
  readonly home: string | undefined;
}>({
  code: "MMX1010",
  slug: "unknown-declaration",
  severity: "error",
  why:
    "A file is made of the header, `use`, `dim`, `labels`, `data`, `modalities`, `module`, `fn`, `model`, `train`, `evaluate`, " +
    "and constants `name = value`.",
  bad: "mmx 1\ndimm D = 3\n",
  good: "mmx 1\ndim D = 3\n",
  describe: ({ span, word, kind, meant, home }) => ({
    message:
      home === undefined
        ? `\`${word}\` does not begin a ${kind}`
        : `\`${word}\` stands inside a ${home}, not at the top of the file`,
    span,
    fixes: meant === undefined ? [] : [{ title: `did you mean \`${meant}\`?`, edits: [{ span, replacement: meant }] }],
  }),
});
