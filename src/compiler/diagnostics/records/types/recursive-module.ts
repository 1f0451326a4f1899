import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const recursiveModule = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
}>({
  code: "MMX2126",
  slug: "recursive-module",
  severity: "error",
  why: "A module is written out wherever it is used, so one that uses itself would never end.",
  bad: example({
    top: "module Coder(x: f32[B, F]) -> f32[B, 64] {\n  x |> Linear(64) |> Coder()\n}",
    body: `  score = clip.text |> Coder() |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example({
    top: "module Coder(x: f32[B, F]) -> f32[B, 64] {\n  x |> repeat(3, Linear(64))\n}",
    body: `  score = clip.text |> Coder() |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  describe: ({ span, name }) => ({
    message: `${name} uses itself`,
    span,
    fixes: [{ title: "put several in a row", preview: "x |> repeat(3, F())", edits: [] }],
  }),
});
