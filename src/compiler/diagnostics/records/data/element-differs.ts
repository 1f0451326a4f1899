import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const elementDiffers = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly declared: string;
  readonly column: string;
  readonly expected: string;
}>({
  code: "MMX4005",
  slug: "element-differs",
  severity: "error",
  why: "Text cannot be computed with. A text column may be class labels or an id; to train on it, turn it into features first.",
  bad: `mmx 1
data clips {
  file "clips.csv"
  score: f32[B]
  words: f32[B]
}
`,
  good: `mmx 1
data clips {
  file "clips.csv"
  score: f32[B]
  words: id text[B]
}
`,
  file: {
    score: { type: "f64", shape: [3], values: [1, 2, 3] },
    words: { type: "text", shape: [3], values: ["fine", "good", "bad"] },
  },
  describe: ({ span, field, declared, column, expected }) => ({
    message: `${field} is declared ${declared}, but its column holds text`,
    span,
    notes: [`file  ${column}`, `a field of this type is read from ${expected}`],
    fixes: [
      { title: "classes: declare the labels", preview: `labels Kind = … and ${field}: target Kind[B]`, edits: [] },
      { title: "a name of the sample: make it an id", preview: `${field}: id text[B]`, edits: [] },
    ],
  }),
});
