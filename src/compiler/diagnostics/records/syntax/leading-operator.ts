import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A line that begins with an operator. */
export const leadingOperator = defineDiagnostic<{
  readonly span: Span;
  readonly operator: string;
  /** Where the line above ends. */
  readonly lineAbove: Span | undefined;
}>({
  code: "MMX1013",
  slug: "leading-operator",
  severity: "error",
  why:
    "A statement ends with its line unless the line ends with an operator. Only `|>`, `else`, `then` and `for` may come first " +
    "on the line that continues it: `-` and `*` could also begin a new one, and one rule serves all operators.",
  bad: "mmx 1\ntau = 0.1\n  + 0.2\n",
  good: "mmx 1\ntau = 0.1 +\n  0.2\n",
  describe: ({ span, operator, lineAbove }) => ({
    message: `a line cannot begin with \`${operator}\``,
    span,
    fixes: [
      {
        title: `end the line above with \`${operator}\``,
        edits:
          lineAbove === undefined
            ? []
            : [
                { span: lineAbove, replacement: ` ${operator}` },
                { span, replacement: "" },
              ],
      },
    ],
  }),
});
