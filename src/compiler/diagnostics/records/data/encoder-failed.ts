import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const encoderFailed = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly model: string;
  readonly reason: string;
  readonly remedy: string;
}>({
  code: "MMX4021",
  slug: "encoder-failed",
  severity: "error",
  why: "A frozen encoder needs its model's files, the optional package that runs it, and samples of the kind that it reads.",
  bad: `mmx 1
data clips {
  file "clips.csv"
  text: f32[B, Ft] from encode(raw.words, "./no-such-model")
}
`,
  good: `mmx 1
data clips {
  file "clips.csv"
  words: id text[B]
}
`,
  file: { words: { type: "text", shape: [3], values: ["fine", "good", "bad"] } },
  describe: ({ span, field, model, reason, remedy }) => ({
    message: `${field} cannot be encoded: ${reason}`,
    span,
    notes: [`model  ${model}`],
    fixes: [{ title: remedy, edits: [] }],
  }),
});
