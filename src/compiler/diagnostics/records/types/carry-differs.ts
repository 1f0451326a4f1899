import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const carryDiffers = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly was: string;
  readonly becomes: string;
}>({
  code: "MMX2117",
  slug: "carry-differs",
  severity: "error",
  why: "A scan's carry keeps its shape from step to step.",
  bad: example({
    data: `  text:  f32[B, T, Ft]
  mood:  target f32[B]`,
    body: `  h = zeros(B, 8)
  cell = Linear(16)
  x = clip.text
  out = scan x over T carry s = h { next s = x |> cell, s }
  score = out |> last(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace("data clips", "dim T <= 50 ragged\ndata clips"),
  good: example({
    data: `  text:  f32[B, T, Ft]
  mood:  target f32[B]`,
    body: `  h = zeros(B, 16)
  cell = Linear(16)
  x = clip.text
  out = scan x over T carry s = h { next s = x |> cell, s }
  score = out |> last(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace("data clips", "dim T <= 50 ragged\ndata clips"),
  describe: ({ span, name, was, becomes }) => ({ message: `${name} starts as ${was} and would become ${becomes}`, span }),
});
