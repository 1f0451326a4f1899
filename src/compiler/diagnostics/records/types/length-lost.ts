import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const lengthLost = defineDiagnostic<{
  readonly span: Span;
  readonly axis: string;
  readonly found: string;
}>({
  code: "MMX2113",
  slug: "length-lost",
  severity: "error",
  why: "A ragged dimension has a length a sample. What would forget it, merging it with another axis or averaging over the batch first, lets padding into later results.",
  bad: example({
    top: "dim T <= 50 ragged",
    data: `  text:  f32[B, T, Ft]
  mood:  target f32[B]`,
    body: `  t = clip.text |> Linear(64)
  centre = t |> mean(over: B)
  score = clip.text |> mean(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + mean(centre)`,
  })
    .replace("dim T <= 50 ragged\n", "")
    .replace("data clips", "dim T <= 50 ragged\ndata clips"),
  good: example({
    data: `  text:  f32[B, T, Ft]
  mood:  target f32[B]`,
    body: `  score = clip.text |> Linear(64) |> mean(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace("data clips", "dim T <= 50 ragged\ndata clips"),
  describe: ({ span, axis, found }) => ({
    message: `the lengths of ${axis} are lost here`,
    span,
    notes: [`in ${found}, ${axis} is ragged: its padded entries must not count`],
    fixes: [{ title: `reduce ${axis} itself first`, preview: `x |> mean(over: ${axis})`, edits: [] }],
  }),
});
