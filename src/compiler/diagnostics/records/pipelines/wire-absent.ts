import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { pipelineExample } from "./example.ts";

export const wireAbsent = defineDiagnostic<{
  readonly span: Span;
  readonly what: string;
  readonly type: string;
  /** A default that would fit, as an expression. */
  readonly fallback: string;
}>({
  code: "MMX3102",
  slug: "wire-absent",
  severity: "error",
  why: "A value of an optional type may be absent. Where something needs it, say what stands in its place.",
  bad: pipelineExample({
    top: "service hear(voice: audio) -> text",
    body: `  reply = chat(hear(turn.voice))
  { reply: reply, speech: speak(reply, calm) }`,
  }),
  good: pipelineExample({
    top: "service hear(voice: audio) -> text",
    body: `  reply = chat(hear(turn.voice else audio("silence.wav")))
  { reply: reply, speech: speak(reply, calm) }`,
  }),
  describe: ({ span, what, type, fallback }) => ({
    message: `${what} may not be absent, but this is ${type}`,
    span,
    fixes: [{ title: "say what stands in its place", preview: `… else ${fallback}`, edits: [] }],
  }),
});
