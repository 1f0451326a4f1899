import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A closing bracket that closes nothing, or the wrong one for `opener`. */
export const strayBracket = defineDiagnostic<{
  readonly span: Span;
  readonly closer: string;
  readonly opener: { readonly span: Span; readonly sign: string; readonly closer: string } | undefined;
}>({
  code: "MMX1005",
  slug: "stray-bracket",
  severity: "error",
  why: "A closing bracket belongs to the last opening one that is still open, and has its shape.",
  bad: "mmx 1\ntau = 0.1)\n",
  good: "mmx 1\ntau = 0.1\n",
  describe: ({ span, closer, opener }) =>
    opener === undefined
      ? {
          message: `\`${closer}\` closes nothing`,
          span,
          fixes: [{ title: "remove it", edits: [{ span, replacement: "" }] }],
        }
      : {
          message: `\`${closer}\` cannot close \`${opener.sign}\``,
          span,
          labels: [{ span: opener.span, text: `opened here, closed by \`${opener.closer}\`` }],
          fixes: [{ title: `write \`${opener.closer}\``, edits: [{ span, replacement: opener.closer }] }],
        },
});
