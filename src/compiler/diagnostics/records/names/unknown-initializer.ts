import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf } from "../example.ts";

export const unknownInitializer = defineDiagnostic<{
  readonly span: Span;
  readonly known: readonly string[];
}>({
  code: "MMX2005",
  slug: "unknown-initializer",
  severity: "error",
  why: "A weight starts from an initialiser: `zeros() ones() constant(c) uniform(a, b) normal(std) glorot(in, out) he(in) fan_in(in) orthogonal()`.",
  bad: example({
    top: "module Scale(x: f32[B, F]) -> f32[B, F] {\n  param gain: f32[F] = xavier(F)\n  x * gain\n}",
    body: `  score = clip.text |> Scale() |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example({
    top: "module Scale(x: f32[B, F]) -> f32[B, F] {\n  param gain: f32[F] = ones()\n  x * gain\n}",
    body: `  score = clip.text |> Scale() |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  describe: ({ span, known }) => ({
    message: "this is no initialiser",
    span,
    notes: [`the initialisers are ${listOf(known, "and")}, each called with its sizes or numbers`],
  }),
});
