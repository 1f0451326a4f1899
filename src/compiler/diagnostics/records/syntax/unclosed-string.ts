import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A string whose closing quotes are missing; `quote` is what opened it. */
export const unclosedString = defineDiagnostic<{ readonly span: Span; readonly quote: string }>({
  code: "MMX1003",
  slug: "unclosed-string",
  severity: "error",
  why: 'A string in `"` ends on its own line; one in `"""` may run over several.',
  bad: 'mmx 1\nname = "left\n',
  good: 'mmx 1\nname = "left"\n',
  describe: ({ span, quote }) => ({
    message: `this string has no closing ${quote}`,
    span,
    fixes: [{ title: `close it with ${quote}`, edits: [{ span: { ...span, start: span.end }, replacement: quote }] }],
  }),
});
