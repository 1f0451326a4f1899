import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const badSplit = defineDiagnostic<{
  readonly span: Span;
  readonly reason: string;
}>({
  code: "MMX5010",
  slug: "bad-split",
  severity: "error",
  why: "A split gives each part values of a column, or shares that add up to 100%.",
  bad: example({
    data: `  text:  f32[B, Ft]
  audio: f32[B, Fa] optional
  mood:  target f32[B]
  split random { train: 80%, test: 30% }`,
  }),
  good: example({
    data: `  text:  f32[B, Ft]
  audio: f32[B, Fa] optional
  mood:  target f32[B]
  split random { train: 70%, test: 30% }`,
  }),
  describe: ({ span, reason }) => ({ message: `this split cannot be made: ${reason}`, span }),
});
