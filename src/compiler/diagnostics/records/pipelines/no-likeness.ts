import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { pipelineExample } from "./example.ts";

export const noLikeness = defineDiagnostic<{
  readonly span: Span;
  readonly memory: string;
  readonly declared: Span;
}>({
  code: "MMX3106",
  slug: "no-likeness",
  severity: "error",
  why: "The nearest entries of a memory are those whose embedding is most like that of the query. Which field is embedded, and by which service, stands in the memory's declaration; an exact look-up by key needs neither.",
  bad: pipelineExample({
    top: "memory past: Turn",
    body: `  near = past |> nearest(turn.words, count: 3)
  reply = chat(lines("{each.words}" for each in near))
  { reply: reply, speech: speak(reply, calm) }`,
  }),
  good: pipelineExample({
    top: "service embed(words: text) -> vector\nmemory past: Turn by embed(words)",
    body: `  near = past |> nearest(turn.words, count: 3)
  reply = chat(lines("{each.words}" for each in near))
  { reply: reply, speech: speak(reply, calm) }`,
  }),
  describe: ({ span, memory, declared }) => ({
    message: `${memory} has no measure of likeness`,
    span,
    labels: [{ span: declared, text: `${memory} is declared here, without \`by\`` }],
    fixes: [
      { title: "say what is embedded, and by which service", preview: `memory ${memory}: … by embed(words)`, edits: [] },
      { title: "look an entry up by key instead", preview: `${memory} |> find(field: value)`, edits: [] },
    ],
  }),
});
