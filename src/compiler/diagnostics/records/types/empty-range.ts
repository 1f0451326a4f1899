import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const emptyRange = defineDiagnostic<{
  readonly span: Span;
  readonly low: number;
  readonly high: number;
}>({
  code: "MMX2129",
  slug: "empty-range",
  severity: "error",
  why: "A range names its low end first; with the ends the other way round no value lies in it.",
  bad: example({ data: "  text:  f32[B, Ft]\n  audio: f32[B, Fa] optional\n  mood:  target f32[B] in 3 .. -3" }),
  good: example({ data: "  text:  f32[B, Ft]\n  audio: f32[B, Fa] optional\n  mood:  target f32[B] in -3 .. 3" }),
  describe: ({ span, low, high }) => ({
    message: `no value lies in ${low} .. ${high}`,
    span,
    fixes: [{ title: "turn the ends round", preview: `${high} .. ${low}`, edits: [{ span, replacement: `${high} .. ${low}` }] }],
  }),
});
