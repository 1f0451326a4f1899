import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { raggedExample } from "../example.ts";

export const lengthLost = defineDiagnostic<{
  readonly span: Span;
  readonly axis: string;
  readonly found: string;
}>({
  code: "MMX2113",
  slug: "length-lost",
  severity: "error",
  why: "A ragged dimension has a length a sample. What would forget it, merging it with another axis or averaging over the batch first, lets padding into later results.",
  bad: raggedExample(
    `  t = clip.text |> Linear(64)
  centre = t |> mean(over: B)
  score = clip.text |> mean(over: T) |> Linear(1) |> squeeze()`,
    "mae(score, clip.mood) + mean(centre)",
  ),
  good: raggedExample(`  score = clip.text |> Linear(64) |> mean(over: T) |> Linear(1) |> squeeze()`),
  describe: ({ span, axis, found }) => ({
    message: `the lengths of ${axis} are lost here`,
    span,
    notes: [`in ${found}, ${axis} is ragged: its padded entries must not count`],
    fixes: [{ title: `reduce ${axis} itself first`, preview: `x |> mean(over: ${axis})`, edits: [] }],
  }),
});
