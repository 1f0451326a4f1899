import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { listOf, renameFix } from "../example.ts";
import { pipelineExample } from "./example.ts";

export const notAStep = defineDiagnostic<{
  readonly span: Span;
  /** What was written: `an operator`, `Linear`. */
  readonly what: string;
  readonly callee: string | undefined;
  readonly steps: readonly string[];
}>({
  code: "MMX3105",
  slug: "not-a-step",
  severity: "error",
  why: "A pipeline trains nothing: its values are texts, labels, files and records, and its steps are calls of services and the few functions on them. Tensors belong into a model, which a pipeline may call as a service.",
  bad: pipelineExample({
    body: `  reply = turn.words |> Linear(64)
  { reply: reply, speech: speak(reply, calm) }`,
  }),
  good: pipelineExample(),
  describe: ({ span, what, callee, steps }) => ({
    message: `${what} is no step of a pipeline`,
    span,
    notes: [`its steps are ${listOf(steps, "and")}`],
    fixes: callee === undefined ? [] : renameFix(span, callee, steps),
  }),
});
