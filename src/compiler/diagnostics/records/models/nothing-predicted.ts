import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const nothingPredicted = defineDiagnostic<{
  readonly span: Span;
  readonly model: string;
  readonly targets: readonly string[];
}>({
  code: "MMX3011",
  slug: "nothing-predicted",
  severity: "error",
  why: "Metrics compare a model's prediction with a target. `predict mood = score` says which value answers which target.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  a = (clip.audio else 0) |> Linear(64)
  score = (t + a) |> Linear(1) |> squeeze()
  loss task = mae(score, clip.mood)`,
    bottom: "evaluate Tri on clips.train {\n  metrics: [mae]\n}",
  }),
  good: example({ bottom: "evaluate Tri on clips.train {\n  metrics: [mae]\n}" }),
  describe: ({ span, model, targets }) => ({
    message: `${model} predicts nothing that metrics could be computed for`,
    span,
    fixes: [
      { title: "say in the model which value answers the target", preview: `predict ${targets[0] ?? "target"} = …`, edits: [] },
    ],
  }),
});
