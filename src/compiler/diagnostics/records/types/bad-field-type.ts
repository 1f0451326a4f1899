import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const badFieldType = defineDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly reason: string;
}>({
  code: "MMX2125",
  slug: "bad-field-type",
  severity: "error",
  why: "A field's type is an element type and its axes, the batch first: `f32[B, T, F]`, `i32[B]`, `Feeling[B]`, `text[B]` for ids.",
  bad: example({
    data: `  text:  f32[Ft]
  audio: f32[B, Fa] optional
  mood:  target f32[B]`,
  }),
  good: example(),
  describe: ({ span, field, reason }) => ({ message: `the type of ${field} is not a field's type: ${reason}`, span }),
});
