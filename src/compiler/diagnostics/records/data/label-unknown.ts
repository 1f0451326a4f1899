import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const labelUnknown = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly value: string;
  readonly row: number;
  readonly labels: readonly string[];
  readonly meant: string | undefined;
}>({
  code: "MMX4010",
  slug: "label-unknown",
  severity: "error",
  why: "A column of class labels holds the declared names, or class numbers from 0. A value that is neither has no class.",
  bad: `mmx 1
labels Feeling = happy | sad
data clips {
  file "clips.csv"
  text: f32[B]
  kind: target Feeling[B]
}
`,
  good: `mmx 1
labels Feeling = happy | sad | angry
data clips {
  file "clips.csv"
  text: f32[B]
  kind: target Feeling[B]
}
`,
  file: {
    text: { type: "f64", shape: [3], values: [1, 2, 3] },
    kind: { type: "text", shape: [3], values: ["happy", "sad", "angry"] },
  },
  describe: ({ span, field, value, row, labels, meant }) => ({
    message: `${field} holds ${JSON.stringify(value)} in sample ${row}, which is none of its labels`,
    span,
    notes: [`labels  ${labels.slice(0, 12).join(" | ")}${labels.length > 12 ? " | …" : ""}`],
    fixes: [
      meant === undefined
        ? { title: "add it to the labels", preview: `… | ${value}`, edits: [] }
        : { title: `it probably means ${meant}: mend the file, or the labels`, edits: [] },
    ],
  }),
});
