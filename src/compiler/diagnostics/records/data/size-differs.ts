import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const sizeDiffers = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  /** `14` or `2*D = 14`. */
  readonly declared: string;
  readonly stored: number;
  readonly column: string;
  /** Position among the axes after B, from 0. */
  readonly axis: number;
  readonly suggestion: string;
}>({
  code: "MMX4003",
  slug: "size-differs",
  severity: "error",
  why: "A size that the spec fixes must be the file's. A name that is declared nowhere takes its size from the file instead.",
  bad: `mmx 1
data digits {
  file "digits.npz"
  image: f32[B, 6, 8]
}
`,
  good: `mmx 1
data digits {
  file "digits.npz"
  image: f32[B, Rows, 8]
}
`,
  file: { image: { type: "u8", shape: [5, 7, 8] } },
  describe: ({ span, field, declared, stored, column, axis, suggestion }) => ({
    message: `${field} is declared ${declared} long on the ${ordinal(axis + 1)} axis after B, but the file has ${stored}`,
    span,
    notes: [`file  ${column}`],
    fixes: [{ title: "write the file's size, or a name of its own, which takes it", preview: suggestion, edits: [] }],
  }),
});

function ordinal(position: number): string {
  return ["first", "second", "third", "fourth", "fifth"][position - 1] ?? `${position}th`;
}
