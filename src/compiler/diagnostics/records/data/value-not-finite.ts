import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const valueNotFinite = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly row: number;
  readonly value: number;
  readonly samples: number;
}>({
  code: "MMX4012",
  slug: "value-not-finite",
  severity: "error",
  why: "One NaN or infinity in an input makes the first loss NaN. A sample whose whole row is NaN counts as absent; a row with some NaN is neither there nor absent.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2] from "mended"
}
`,
  file: {
    text: { type: "f32", shape: [3, 2], values: [1, 2, Number.NaN, 4, 5, 6] },
    mended: { type: "f32", shape: [3, 2], values: [1, 2, 0, 4, 5, 6] },
  },
  describe: ({ span, field, row, value, samples }) => ({
    message: `${field} holds ${value} in sample ${row}${samples > 1 ? ` (and in ${samples - 1} more)` : ""}`,
    span,
    fixes: [
      { title: "replace such values in the file, e.g. by the feature's mean", edits: [] },
      { title: "or make the whole row NaN and the field optional", preview: `${field}: … optional`, edits: [] },
    ],
  }),
});
