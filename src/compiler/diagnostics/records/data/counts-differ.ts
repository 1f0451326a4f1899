import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const countsDiffer = defineDataDiagnostic<{
  readonly span: Span;
  readonly column: string;
  readonly count: number;
  readonly first: { readonly column: string; readonly count: number; readonly span: Span };
}>({
  code: "MMX4006",
  slug: "counts-differ",
  severity: "error",
  why: "Row i of every column is the same sample. Columns with different numbers of rows cannot belong to one data block.",
  bad: `mmx 1
data digits {
  file "digits.npz"
  image: f32[B, 4]
  sound: f32[B, 3]
}
`,
  good: `mmx 1
data digits {
  file "digits.npz"
  image: f32[B, 4]
}
`,
  file: { image: { type: "f32", shape: [6, 4] }, sound: { type: "f32", shape: [5, 3] } },
  describe: ({ span, column, count, first }) => ({
    message: `${column} has ${count} samples, but ${first.column} has ${first.count}`,
    span,
    labels: [{ span: first.span, text: `${first.count} samples` }],
    fixes: [{ title: "put them in two data blocks, or pair the rows in the file", edits: [] }],
  }),
});
