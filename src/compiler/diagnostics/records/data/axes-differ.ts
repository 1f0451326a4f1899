import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const axesDiffer = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly declared: string;
  readonly stored: string;
  readonly declaredAxes: number;
  readonly storedAxes: number;
  readonly suggestion: string;
}>({
  code: "MMX4002",
  slug: "axes-differ",
  severity: "error",
  why: "A field's type names every axis of its column, the batch B first. With another number of axes in the file it is unclear which is which, and every later shape would be wrong.",
  bad: `mmx 1
dim T <= 50 ragged
data clips {
  file "clips.npz"
  text: f32[B, T, Ft]
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, Ft]
}
`,
  file: { text: { type: "f32", shape: [6, 4] } },
  describe: ({ span, field, declared, stored, declaredAxes, storedAxes, suggestion }) => ({
    message: `${field} is declared with ${declaredAxes} ${declaredAxes === 1 ? "axis" : "axes"}, but the file stores ${storedAxes}`,
    span,
    notes: [`spec  ${declared}`, `file  ${stored}`],
    fixes: [{ title: "declare it as it is stored", preview: suggestion, edits: [] }],
  }),
});
