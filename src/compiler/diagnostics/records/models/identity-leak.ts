import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

const body = (score: string): string => `  t = clip.text |> Linear(64)
  bank seen: f32[samples, 64] = 0
  update seen = t
  score = ${score} |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio) + 0.1 * mean(square(t - rows(seen)))`;

export const identityLeak = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly through: Span | undefined;
}>({
  code: "MMX3010",
  slug: "identity-leak",
  severity: "error",
  why: "A bank's rows for this batch are found by which training samples they are. A prediction that reads them knows the sample, and a new sample has no row.",
  bad: example({ body: body("(t + rows(seen))") }),
  good: example({ body: body("t") }),
  describe: ({ span, name, through }) => ({
    message: `the prediction of ${name} depends on which sample it is for`,
    span,
    labels: through === undefined ? [] : [{ span: through, text: "the samples' own rows are read here" }],
    fixes: [{ title: "use rows(…) in losses and updates only", edits: [] }],
  }),
});
