import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A bare expression that is not the last of its block. */
export const lostResult = defineDiagnostic<{ readonly span: Span }>({
  code: "MMX1009",
  slug: "lost-result",
  severity: "error",
  why:
    "A block's last line may be a bare expression: it is the block's result. Anywhere else its value would be lost, so it is " +
    "most likely a binding without its name, or a line that should continue the one above.",
  bad: "mmx 1\nfn twice(x: float) {\n  x * 3\n  x * 2\n}\n",
  good: "mmx 1\nfn twice(x: float) {\n  x * 2\n}\n",
  describe: ({ span }) => ({
    message: "the value of this line is lost: only the last line of a block is its result",
    span,
    fixes: [
      { title: "give it a name", edits: [{ span: { ...span, end: span.start }, replacement: "value = " }] },
      { title: "begin the line with `|>`, or end the line above with an operator, where this continues it", edits: [] },
    ],
  }),
});
