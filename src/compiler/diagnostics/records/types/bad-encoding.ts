import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const badEncoding = defineDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly reason: string;
}>({
  code: "MMX2131",
  slug: "bad-encoding",
  severity: "error",
  why: 'A field may come from a frozen encoder: `from encode(raw.COLUMN, "MODEL")`, pooled to `f32[B, F]` or as a sequence `f32[B, T, F]`.',
  bad: example({
    data: `  text:  f32[B, Ft] from encode(transcript, "all-MiniLM-L6-v2")
  audio: f32[B, Fa] optional
  mood:  target f32[B]`,
  }),
  good: example({
    data: `  text:  f32[B, Ft] from encode(raw.transcript, "all-MiniLM-L6-v2")
  audio: f32[B, Fa] optional
  mood:  target f32[B]`,
  }),
  describe: ({ span, field, reason }) => ({ message: `${field} cannot be encoded: ${reason}`, span }),
});
