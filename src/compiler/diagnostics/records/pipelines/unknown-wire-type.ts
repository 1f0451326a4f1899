import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { listOf, renameFix } from "../example.ts";
import { pipelineExample } from "./example.ts";

export const unknownWireType = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly simple: readonly string[];
  /** Records and label sets of the spec. */
  readonly declared: readonly string[];
}>({
  code: "MMX3103",
  slug: "unknown-wire-type",
  severity: "error",
  why: "What flows between services is text, number, audio, image, video, vector, a declared record or label set, or a list of one of them: `[Turn]`. A `?` behind it lets it be absent.",
  bad: pipelineExample({
    top: "service see(film: movie?) -> text",
    body: `  reply = chat("Answer, knowing that {see()}: {turn.words}")
  { reply: reply, speech: speak(reply, calm) }`,
  }),
  good: pipelineExample({
    top: "service see(film: video?) -> text",
    body: `  reply = chat("Answer, knowing that {see()}: {turn.words}")
  { reply: reply, speech: speak(reply, calm) }`,
  }),
  describe: ({ span, name, simple, declared }) => ({
    message: `there is no type ${name}`,
    span,
    notes: [`the types are ${listOf([...simple, ...declared], "and")}`],
    fixes: renameFix(span, name, [...simple, ...declared]),
  }),
});
