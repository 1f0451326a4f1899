import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const labelLeak = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly target: string;
  readonly through: Span | undefined;
}>({
  code: "MMX3005",
  slug: "label-leak",
  severity: "error",
  why: "A prediction that is computed from a target is perfect and worthless: at test time the answer is not there.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = (t |> Linear(1) |> squeeze()) + 0.1 * clip.mood
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, name, target, through }) => ({
    message: `the prediction of ${name} depends on the target ${target}`,
    span,
    labels: through === undefined ? [] : [{ span: through, text: `${target} comes in here` }],
    fixes: [{ title: "use the target in losses only", edits: [] }],
  }),
});
