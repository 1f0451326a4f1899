// Checks a model of a few lines on a ragged field `x`, an optional field `a` and a plain field `b`, and computes its
// prediction in float64 on two samples of lengths 3 and 1, the second without `a`.
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import type { Reference } from "../../src/compiler/ops/operation.ts";

/** The spec around a model's statements, which bind `score`, an f32[B, 2]. */
export const specOf = (body: string): string => `mmx 1
dim T <= 8 ragged
data clips {
  x: f32[B, T, 2]
  a: f32[B, 2] optional
  b: f32[B, 2]
  y: target f32[B, 2]
}
modalities M = a | b
model Probe(clip: clips) {
${body}
  predict y = score
  loss task = mse(score, clip.y) + 0 * (sum(clip.x) + sum(clip.a) + sum(clip.b))
}
`;

export function check(body: string): readonly { readonly code: string; readonly message: string }[] {
  return checkSpec(memoryHost({ "probe.mmx": specOf(body) }), "probe.mmx").diagnostics;
}

const lengths = [3, 1];
const real = [
  [
    [1, 2],
    [3, 4],
    [5, 6],
  ],
  [[7, 8]],
];

const value = (shape: readonly number[], data: readonly number[], dtype: Reference["dtype"] = "f32"): Reference => ({
  shape,
  dtype,
  data: Float64Array.from(data),
});

/** The prediction's rows, with the ragged axis padded to `longest` and `garbage` in all padding. */
export function predict(body: string, longest: number, garbage: number): readonly (readonly number[])[] {
  const { compiled, diagnostics } = checkSpec(memoryHost({ "probe.mmx": specOf(body) }), "probe.mmx");
  const [model] = compiled?.models ?? [];
  if (model === undefined) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  const padded = real.flatMap((sample) =>
    Array.from({ length: longest }, (_, step) => sample[step] ?? [garbage, garbage]).flat(),
  );
  const feeds = {
    "clip.x": value([2, longest, 2], padded),
    "clip#length.T": value([2], lengths, "i32"),
    "clip.a": value([2, 2], [10, 20, garbage, garbage]),
    "clip#present.a": value([2], [1, 0]),
    "clip.b": value([2, 2], [30, 40, 50, 60]),
  };
  const graph = specialise(model.prediction, { B: 2, T: longest });
  const result = interpret(graph, feeds, {}).outputs["predict.y"];
  const numbers = [...(result?.data ?? [])];
  return [numbers.slice(0, 2), numbers.slice(2)];
}
