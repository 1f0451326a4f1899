import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const valueNotWhole = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  /** `whole numbers`, `0 or 1`. */
  readonly expected: string;
  readonly value: number;
  readonly row: number;
}>({
  code: "MMX4014",
  slug: "value-not-whole",
  severity: "error",
  why: "i32 fields hold whole numbers and bool fields 0 or 1; rounding what the file holds would change the data silently.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  level: i32[B]
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  level: f32[B]
}
`,
  file: { text: { type: "f32", shape: [3, 2] }, level: { type: "f32", shape: [3], values: [1, 2.5, 3] } },
  describe: ({ span, field, expected, value, row }) => ({
    message: `${field} takes ${expected}, but sample ${row} holds ${value}`,
    span,
    fixes: [{ title: "read it as a number", preview: `${field}: f32[B]`, edits: [] }],
  }),
});
