import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const batchOfOne = defineDiagnostic<{
  readonly span: Span;
  readonly pairs: Span;
}>({
  code: "MMX5009",
  slug: "batch-of-one",
  severity: "error",
  why: "A contrastive or alignment loss compares the samples of a batch; with one sample there is nothing to compare.",
  bad: example({
    top: "fn apart(x: f32[B, D]) = mean(dot(x, rename(x, B: B2), over: D))",
    body: `  t = clip.text |> Linear(64)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + apart(t) + 0 * mean(clip.audio)`,
    train: `  batch: 1
  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3) }`,
  }),
  good: example({
    top: "fn apart(x: f32[B, D]) = mean(dot(x, rename(x, B: B2), over: D))",
    body: `  t = clip.text |> Linear(64)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + apart(t) + 0 * mean(clip.audio)`,
    train: `  batch: 8
  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3) }`,
  }),
  describe: ({ span, pairs }) => ({
    message: "a batch of one leaves a loss that compares samples nothing to compare",
    span,
    labels: pairs.file === span.file ? [{ span: pairs, text: "samples are compared here" }] : [],
    fixes: [{ title: "take a larger batch", preview: "batch: 32", edits: [] }],
  }),
});
