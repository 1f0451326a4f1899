import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { pipelineExample } from "./example.ts";

export const badTemplate = defineDiagnostic<{
  readonly span: Span;
  readonly reason: string;
}>({
  code: "MMX3108",
  slug: "bad-template",
  severity: "error",
  why: "In a pipeline's texts `{…}` holds an expression, whose value is put there. A brace that is meant as a sign is written twice: `{{` and `}}`.",
  bad: pipelineExample({
    body: `  reply = chat("Answer: {turn.words")
  { reply: reply, speech: speak(reply, calm) }`,
  }),
  good: pipelineExample({
    body: `  reply = chat("Answer as {{text}}: {turn.words}")
  { reply: reply, speech: speak(reply, calm) }`,
  }),
  describe: ({ span, reason }) => ({
    message: reason,
    span,
    fixes: [{ title: "write a brace that is meant as a sign twice", preview: "{{", edits: [] }],
  }),
});
