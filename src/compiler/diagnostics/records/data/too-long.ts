import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const tooLong = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly dimension: string;
  readonly bound: number;
  readonly longest: number;
  readonly declared: Span | undefined;
}>({
  code: "MMX4008",
  slug: "too-long",
  severity: "error",
  why: "`dim T <= 50 ragged` promises that no sample is longer. A longer one would have to be cut, which mmx does not do silently.",
  bad: `mmx 1
dim T <= 4 ragged
data clips {
  file "clips.npz"
  text: f32[B, T, 2]
}
`,
  good: `mmx 1
dim T <= 6 ragged
data clips {
  file "clips.npz"
  text: f32[B, T, 2]
}
`,
  file: { text: { type: "f32", shape: [2, 6, 2], values: Array.from({ length: 24 }, (_, at) => at + 1) } },
  describe: ({ span, field, dimension, bound, longest, declared }) => ({
    message: `${dimension} is at most ${bound}, but ${field} is ${longest} long in the file`,
    span,
    labels: declared === undefined ? [] : [{ span: declared, text: `at most ${bound}` }],
    fixes: [{ title: "raise the bound", preview: `dim ${dimension} <= ${longest} ragged`, edits: [] }],
  }),
});
