import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A range of labels that is empty, not whole, or beyond all use. */
export const labelsRange = defineDiagnostic<{ readonly span: Span; readonly low: string; readonly high: string }>({
  code: "MMX1015",
  slug: "labels-range",
  severity: "error",
  why: "`labels Digit = 0 .. 9` makes one label a whole number, both ends included, at most 10000 of them.",
  bad: "mmx 1\nlabels Digit = 9 .. 0\n",
  good: "mmx 1\nlabels Digit = 0 .. 9\n",
  describe: ({ span, low, high }) => ({
    message: `${low} .. ${high} is not a range of labels: it takes two whole numbers, the smaller first, at most 10000 apart`,
    span,
    fixes:
      Number(low) > Number(high)
        ? [{ title: "turn it round", preview: `${high} .. ${low}`, edits: [{ span, replacement: `${high} .. ${low}` }] }]
        : [],
  }),
});
