import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { listOf, renameFix } from "../example.ts";
import { pipelineExample } from "./example.ts";

export const labelOutside = defineDiagnostic<{
  readonly span: Span;
  readonly label: string;
  readonly set: string;
  readonly labels: readonly string[];
}>({
  code: "MMX3104",
  slug: "label-outside",
  severity: "error",
  why: "A label set is closed: only what it lists can be picked, projected on, or given where one of its labels is needed.",
  bad: pipelineExample({
    body: `  mood = chat("One word for the mood of: {turn.words}") |> pick(Mood, else: neutral)
  { reply: turn.words, speech: speak(turn.words, mood) }`,
  }),
  good: pipelineExample(),
  describe: ({ span, label, set, labels }) => ({
    message: `${label} is no label of ${set}`,
    span,
    notes: [`its labels are ${listOf(labels, "and")}`],
    fixes: renameFix(span, label, labels),
  }),
});
