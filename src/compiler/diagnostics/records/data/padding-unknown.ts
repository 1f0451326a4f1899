import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const paddingUnknown = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly column: string;
  readonly dimension: string;
  readonly row: number;
  readonly trailing: number;
  readonly stored: number;
}>({
  code: "MMX4007",
  slug: "padding-unknown",
  severity: "error",
  why: "Without a column of lengths every sample counts as fully long. Zeros (or NaN) at a sample's end then are either padding, which must not be counted, or data, which must be: mmx does not guess.",
  bad: `mmx 1
dim T <= 4 ragged
data clips {
  file "clips.npz"
  text: f32[B, T, 2]
}
`,
  good: `mmx 1
dim T <= 4 ragged
data clips {
  file "clips.npz"
  text: f32[B, T, 2] from "padded"
}
`,
  file: {
    text: { type: "f32", shape: [2, 3, 2], values: [1, 2, 3, 4, 5, 6, 1, 2, 0, 0, 0, 0] },
    padded: { type: "f32", shape: [2, 3, 2], values: [1, 2, 3, 4, 5, 6, 1, 2, 0, 0, 0, 0] },
    padded_length: { type: "i32", shape: [2], values: [3, 1] },
  },
  describe: ({ span, field, column, dimension, row, trailing, stored }) => ({
    message: `${field} has no lengths, and sample ${row} ends in ${trailing} of ${stored} empty steps`,
    span,
    notes: [`${dimension} is ragged: padding must be told from data`],
    fixes: [{ title: `add a whole-number column of true lengths to the file`, preview: `${column}_length`, edits: [] }],
  }),
});
