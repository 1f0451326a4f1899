import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const sampleAbsent = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly declared: string;
  readonly row: number;
  readonly samples: number;
}>({
  code: "MMX4013",
  slug: "sample-absent",
  severity: "error",
  why: "A row that is all NaN is a sample without this field. Only an `optional` field may miss samples: the type then makes the spec say what stands in.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  audio: f32[B, 2]
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  audio: f32[B, 2] optional
}
`,
  file: { audio: { type: "f32", shape: [3, 2], values: [1, 2, Number.NaN, Number.NaN, 5, 6] } },
  describe: ({ span, field, declared, row, samples }) => ({
    message: `${field} is missing in sample ${row}${samples > 1 ? ` and ${samples - 1} more` : ""}, but it is not optional`,
    span,
    fixes: [
      {
        title: "declare that it may be missing",
        preview: `${field}: ${declared} optional`,
        edits: [{ span: { ...span, start: span.end }, replacement: " optional" }],
      },
    ],
  }),
});
