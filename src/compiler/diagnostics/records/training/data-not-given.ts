import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const dataNotGiven = defineDiagnostic<{
  readonly span: Span;
  readonly model: string;
  readonly parameter: string;
  readonly declared: Span;
}>({
  code: "MMX5014",
  slug: "data-not-given",
  severity: "error",
  why: "A model that takes two batches is trained on two sets of data: the train block names data for each of its parameters.",
  bad: example({
    parameter: "clip: clips, other: clips without mood",
    body: `  t = Linear(64)
  score = clip.text |> t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio) + 0 * mean(other.text |> t)`,
  }),
  good: example({
    parameter: "clip: clips, other: clips without mood",
    body: `  t = Linear(64)
  score = clip.text |> t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio) + 0 * mean(other.text |> t)`,
  }).replace("train Tri on clips {", "train Tri on { clip: clips, other: clips } {"),
  describe: ({ span, model, parameter, declared }) => ({
    message: `the train block gives no data for ${parameter} of ${model}`,
    span,
    labels: [{ span: declared, text: "the parameter" }],
    fixes: [{ title: "name data for each parameter", preview: `{ …, ${parameter}: DATA }`, edits: [] }],
  }),
});
