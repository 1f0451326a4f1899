// Cases for std.conv.
import type { Nested, Sample, StdCase, Weights } from "../harness.ts";
import { add, at0, linear, type Matrix, mean, range, scale, type Vector } from "../math.ts";

const steps = (value: Nested | undefined): Matrix => value as Matrix;
const there = (f: (x: Matrix, w: Weights) => Nested) => (samples: readonly Sample[], w: Weights) =>
  samples.map(({ x }) => (x === undefined ? undefined : f(steps(x), w)));

/** The `kernel` neighbours of each step, entry by entry (channel, then neighbour); zeros beyond the sequence's own ends. */
function neighbours(x: Matrix, kernel: number, dilation: number, before: number): readonly Matrix[] {
  return x.map((row, t) => row.map((_, channel) => range(kernel).map((k) => x[t + k * dilation - before]?.[channel] ?? 0)));
}

function conv(w: Weights, path: string, x: Matrix, kernel: number, dilation: number, causal = false): Matrix {
  const span = (kernel - 1) * dilation;
  return neighbours(x, kernel, dilation, causal ? span : Math.floor(span / 2)).map((around) =>
    linear(around.flat(), w.matrix(`${path}/Linear.weight`), w.vector(`${path}/Linear.offset`)),
  );
}

function depthwise(weight: Matrix, x: Matrix, kernel: number): Matrix {
  return neighbours(x, kernel, 1, Math.floor((kernel - 1) / 2)).map((around) =>
    around.map((values, channel) => values.map((value, k) => value * at0(at0(weight, channel), k)).reduce((a, b) => a + b, 0)),
  );
}

const use = "std.conv";
const x = { axes: ["T", 2], optional: true } as const;
const pools = (f: (values: Vector) => number) =>
  there((s) => range(2).map((at) => at0(s, 0).map((_, d) => f([at0(at0(s, 2 * at), d), at0(at0(s, 2 * at + 1), d)]))));

export const convCases: readonly StdCase[] = [
  {
    name: "Conv1d",
    use,
    fields: { x },
    body: "  out = clip.x |> Conv1d(3)",
    expected: there((s, w) => conv(w, "Conv1d", s, 3, 1)),
  },
  {
    name: "Conv1d, dilated",
    use,
    fields: { x },
    body: "  out = clip.x |> Conv1d(3, dilation: 2)",
    expected: there((s, w) => conv(w, "Conv1d", s, 3, 2)),
  },
  {
    name: "CausalConv1d",
    use,
    fields: { x },
    body: "  out = clip.x |> CausalConv1d(2, kernel: 2, dilation: 2)",
    expected: there((s, w) => conv(w, "CausalConv1d", s, 2, 2, true)),
  },
  {
    name: "Depthwise1d",
    use,
    fields: { x },
    body: "  out = clip.x |> Depthwise1d(kernel: 3)",
    expected: there((s, w) => depthwise(w.matrix("Depthwise1d.weight"), s, 3)),
  },
  {
    name: "Separable1d",
    use,
    fields: { x },
    body: "  out = clip.x |> Separable1d(3)",
    expected: there((s, w) =>
      depthwise(w.matrix("Separable1d/Depthwise1d.weight"), s, 3).map((row) =>
        linear(row, w.matrix("Separable1d/Linear.weight"), w.vector("Separable1d/Linear.offset")),
      ),
    ),
  },
  {
    name: "Conv2d",
    use,
    fields: { x: { axes: ["Rows", "Columns", 2] } },
    body: "  out = clip.x |> Conv2d(2)",
    expected: (samples, w) =>
      samples.map((sample) => {
        const image = sample.x as unknown as readonly Matrix[];
        const weight = w.matrix("Conv2d/Linear.weight");
        const at = (r: number, c: number, d: number): number => image[r]?.[c]?.[d] ?? 0;
        return range(3).map((r) =>
          range(2).map((c) => {
            const around = range(2).flatMap((d) => range(3).flatMap((i) => range(3).map((j) => at(r + i - 1, c + j - 1, d))));
            return linear(around, weight, w.vector("Conv2d/Linear.offset"));
          }),
        );
      }),
  },
  {
    name: "max_pool",
    use,
    fields: { x: { axes: ["Step", 2], optional: true } },
    body: "  out = clip.x |> max_pool(2, stride: 2)",
    expected: pools((values) => Math.max(...values)),
  },
  {
    name: "mean_pool",
    use,
    fields: { x: { axes: ["Step", 2], optional: true } },
    body: "  out = clip.x |> mean_pool(2, stride: 2)",
    expected: pools(mean),
  },
  {
    name: "mean of a convolution over real steps",
    use,
    fields: { x },
    body: "  out = clip.x |> Conv1d(3) |> mean(over: T)",
    expected: there((s, w) => scale(conv(w, "Conv1d", s, 3, 1).reduce(add), 1 / s.length)),
  },
];
