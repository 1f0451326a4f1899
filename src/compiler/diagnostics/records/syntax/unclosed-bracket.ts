import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A bracket that nothing closes; `at` is where it has to be closed at the latest. */
export const unclosedBracket = defineDiagnostic<{
  readonly span: Span;
  readonly opener: string;
  readonly closer: string;
  readonly at: Span;
  /** What to insert there. */
  readonly insertion: string;
}>({
  code: "MMX1004",
  slug: "unclosed-bracket",
  severity: "error",
  why:
    "Every `(`, `[` and `{` has its closing sign. The compiler goes on as if the bracket were closed before the next " +
    "declaration or statement that cannot stand inside it.",
  bad: "mmx 1\ntau = (0.1 + 0.2\nrho = 3\n",
  good: "mmx 1\ntau = (0.1 + 0.2)\nrho = 3\n",
  describe: ({ span, opener, closer, at, insertion }) => ({
    message: `this \`${opener}\` is never closed`,
    span,
    labels: at.start === span.start ? [] : [{ span: at, text: `\`${closer}\` is missing here at the latest` }],
    fixes: [{ title: `add \`${closer}\``, edits: [{ span: at, replacement: insertion }] }],
  }),
});
