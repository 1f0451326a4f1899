import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const unusedLoss = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
}>({
  code: "MMX6003",
  slug: "unused-loss",
  severity: "warning",
  why: "A loss that no stage minimises changes nothing.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)
  loss small = mean(square(score))`,
  }),
  good: example(),
  describe: ({ span, name }) => ({
    message: `no stage minimises the loss ${name}`,
    span,
    fixes: [{ title: "add it to a stage", preview: `minimize: … + 0.1 * ${name}`, edits: [] }],
  }),
});
