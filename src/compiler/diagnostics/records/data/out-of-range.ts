import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const outOfRange = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly low: number;
  readonly high: number;
  readonly value: number;
  readonly row: number;
  readonly count: number;
  readonly least: number;
  readonly most: number;
}>({
  code: "MMX4011",
  slug: "out-of-range",
  severity: "error",
  why: "`in -3 .. 3` is a promise that metrics and heads rely on. A value outside it is usually another scale or a missing-value code such as -99.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  mood: target f32[B] in -1 .. 1
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  mood: target f32[B] in -3 .. 3
}
`,
  file: { text: { type: "f32", shape: [3, 2] }, mood: { type: "f32", shape: [3], values: [0.5, -2.5, 1] } },
  describe: ({ span, field, low, high, value, row, count, least, most }) => ({
    message: `${field} is declared in ${low} .. ${high}, but sample ${row} holds ${value}`,
    span,
    notes: [`${count} ${count === 1 ? "value lies" : "values lie"} outside; the file's values run from ${least} to ${most}`],
    fixes: [
      {
        title: "widen the range, if these values are meant",
        preview: `in ${Math.min(low, least)} .. ${Math.max(high, most)}`,
        edits: [],
      },
    ],
  }),
});
