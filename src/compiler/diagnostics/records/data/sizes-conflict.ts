import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const sizesConflict = defineDataDiagnostic<{
  readonly span: Span;
  readonly symbol: string;
  readonly field: string;
  readonly stored: number;
  readonly bound: number;
  /** Where the size was bound first; a field of this or of another data block. */
  readonly first: { readonly field: string; readonly span: Span } | undefined;
}>({
  code: "MMX4004",
  slug: "sizes-conflict",
  severity: "error",
  why: "One name stands for one size. Two columns of different widths under one name would let the spec mix what cannot be mixed.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  text:  f32[B, F]
  audio: f32[B, F]
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text:  f32[B, Ft]
  audio: f32[B, Fa]
}
`,
  file: { text: { type: "f32", shape: [6, 4] }, audio: { type: "f32", shape: [6, 3] } },
  describe: ({ span, symbol, field, stored, bound, first }) => ({
    message: `${symbol} is ${bound}${first === undefined ? "" : ` in ${first.field}`}, but ${stored} in ${field}`,
    span,
    labels: first === undefined ? [] : [{ span: first.span, text: `${symbol} becomes ${bound} here` }],
    fixes: [{ title: `give ${field} a size of its own`, preview: `${symbol}_${field}`, edits: [] }],
  }),
});
