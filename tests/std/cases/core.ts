// Cases for std.core: layers, activations, plain losses.
import type { Nested, Sample, StdCase, Weights } from "../harness.ts";
import {
  add,
  at0,
  dot,
  erf,
  gelu,
  layerNorm,
  linear,
  logSoftmax,
  type Matrix,
  mean,
  range,
  scale,
  sigmoid,
  softplus,
  sum,
  times,
  type Vector,
  zip,
} from "../math.ts";

const rows = (value: Nested | undefined): Matrix => value as Matrix;
const row = (value: Nested | undefined): Vector => value as Vector;

/** A function of one sample's row `x`, entry by entry over T where `x` has steps. */
const eachStep = (f: (x: Vector, w: Weights) => Vector) => (samples: readonly Sample[], w: Weights) =>
  samples.map((sample) => (sample.x === undefined ? undefined : rows(sample.x).map((step) => f(step, w))));

/** All entries of the samples that have both fields, in order. */
function pairs(samples: readonly Sample[]): readonly (readonly [number, number])[] {
  const flat = (value: Nested): readonly number[] => (typeof value === "number" ? [value] : value.flatMap(flat));
  return samples.flatMap(({ x, y }) => {
    if (x === undefined || y === undefined) return [];
    const other = flat(y);
    return flat(x).map((value, at) => [value, at0(other, at)] as const);
  });
}

const twoRagged = { x: { axes: ["T", 2], optional: true }, y: { axes: ["T", 2] } } as const;

const labelled = (samples: readonly Sample[]): readonly { readonly logits: Vector; readonly kind: number }[] =>
  samples.flatMap(({ x, kind }) => (x === undefined ? [] : [{ logits: row(x), kind: kind as number }]));

export const coreCases: readonly StdCase[] = [
  {
    name: "Linear",
    fields: { x: { axes: ["T", 3], optional: true } },
    body: "  out = clip.x |> Linear(2)",
    expected: eachStep((x, w) => linear(x, w.matrix("Linear.weight"), w.vector("Linear.offset"))),
  },
  {
    name: "Linear without bias, square",
    fields: { x: { axes: [3, 3] } },
    body: "  out = clip.x |> Linear(3, bias: false)",
    expected: eachStep((x, w) => linear(x, w.matrix("Linear.weight"))),
  },
  {
    name: "MLP",
    fields: { x: { axes: [3], optional: true } },
    body: "  out = clip.x |> MLP(4, 2, depth: 2, rate: 0.5)",
    expected: (samples, w) =>
      samples.map(({ x }) => {
        if (x === undefined) return undefined;
        const first = linear(row(x), w.matrix("MLP/Hidden/Linear.weight"), w.vector("MLP/Hidden/Linear.offset")).map(gelu);
        const second = linear(first, w.matrix("MLP/1/Hidden/Linear.weight"), w.vector("MLP/1/Hidden/Linear.offset")).map(gelu);
        return linear(second, w.matrix("MLP/Linear.weight"), w.vector("MLP/Linear.offset"));
      }),
  },
  {
    name: "LayerNorm",
    fields: { x: { axes: ["T", 4], optional: true } },
    body: "  out = clip.x |> LayerNorm()",
    expected: eachStep((x, w) => layerNorm(x, w.vector("LayerNorm.gain"), w.vector("LayerNorm.offset"))),
    tolerance: 1e-4,
  },
  {
    name: "RMSNorm",
    fields: { x: { axes: ["T", 4] } },
    body: "  out = clip.x |> RMSNorm()",
    expected: eachStep((x, w) => times(scale(x, 1 / Math.sqrt(dot(x, x) / x.length + 1e-6)), w.vector("RMSNorm.gain"))),
  },
  {
    name: "Embedding",
    fields: { kind: { axes: [], classes: 3 } },
    body: "  out = clip.kind |> Embedding(3, 4)",
    expected: (samples, w) => samples.map(({ kind }) => at0(w.matrix("Embedding.table"), kind as number)),
  },
  ...Object.entries({
    "relu()": (x: number) => Math.max(x, 0),
    "leaky_relu(0.2)": (x: number) => (x > 0 ? x : 0.2 * x),
    "gelu()": (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2)),
    "silu()": (x: number) => x * sigmoid(x),
    "elu(alpha: 2)": (x: number) => (x > 0 ? x : 2 * (Math.exp(x) - 1)),
    "softplus()": softplus,
    "log_sigmoid()": (x: number) => Math.log(sigmoid(x)),
    "dropout(0.5)": (x: number) => x,
  }).map(
    ([call, f]): StdCase => ({
      name: call,
      fields: { x: { axes: ["T", 2], optional: true, between: [-3, 3] } },
      body: `  out = clip.x |> ${call}`,
      expected: eachStep((x) => x.map(f)),
    }),
  ),
  {
    name: "softplus far out",
    fields: { x: { axes: [2], among: [-200, 200, 90, -90] } },
    body: "  out = clip.x |> softplus()",
    expected: (samples) => samples.map(({ x }) => row(x).map((value) => (value > 0 ? value : Math.exp(value)))),
    tolerance: 1e-3,
  },
  {
    name: "mae",
    fields: twoRagged,
    body: "  out = mae(clip.x, clip.y)",
    expected: (samples) => mean(pairs(samples).map(([x, y]) => Math.abs(x - y))),
  },
  {
    name: "mse",
    fields: twoRagged,
    body: "  out = mse(clip.x, clip.y)",
    expected: (samples) => mean(pairs(samples).map(([x, y]) => (x - y) ** 2)),
  },
  {
    name: "huber",
    fields: twoRagged,
    body: "  out = huber(clip.x, clip.y, delta: 0.7)",
    expected: (samples) =>
      mean(
        pairs(samples).map(([x, y]) => {
          const error = Math.abs(x - y);
          return error <= 0.7 ? error ** 2 / 2 : 0.7 * (error - 0.35);
        }),
      ),
  },
  {
    name: "bce",
    fields: { x: { axes: [], optional: true, between: [-4, 4] }, y: { axes: [], between: [0, 1] } },
    body: "  out = bce(clip.x, clip.y)",
    expected: (samples) => mean(pairs(samples).map(([x, y]) => -y * Math.log(sigmoid(x)) - (1 - y) * Math.log(1 - sigmoid(x)))),
  },
  {
    name: "cross_entropy",
    fields: { x: { axes: [3], optional: true }, kind: { axes: [], classes: 3 } },
    body: "  out = cross_entropy(clip.x, clip.kind)",
    expected: (samples) => -mean(labelled(samples).map(({ logits, kind }) => at0(logSoftmax(logits), kind))),
  },
  {
    name: "cross_entropy, smoothed",
    fields: { x: { axes: [3], optional: true }, kind: { axes: [], classes: 3 } },
    body: "  out = cross_entropy(clip.x, clip.kind, smoothing: 0.2)",
    expected: (samples) =>
      mean(
        labelled(samples).map(({ logits, kind }) => {
          const target = range(3).map((c) => (c === kind ? 0.8 : 0) + 0.2 / 3);
          return -dot(target, logSoftmax(logits));
        }),
      ),
  },
  {
    name: "cross_entropy of every step",
    fields: { x: { axes: ["T", 3], optional: true }, kind: { axes: ["T"], classes: 3 } },
    body: "  out = cross_entropy(clip.x, clip.kind)",
    expected: (samples) =>
      -mean(
        samples.flatMap(({ x, kind }) =>
          x === undefined ? [] : rows(x).map((logits, t) => at0(logSoftmax(logits), at0(row(kind), t))),
        ),
      ),
  },
  {
    name: "weighted_cross_entropy",
    fields: { x: { axes: [3], optional: true }, kind: { axes: [], classes: 3 }, w: { axes: [3], between: [0.5, 2] } },
    body: "  out = weighted_cross_entropy(clip.x, clip.kind, mean(clip.w, over: B))",
    expected: (samples) => {
      const weights = scale(samples.map(({ w }) => row(w)).reduce(add), 1 / samples.length);
      const terms = labelled(samples).map(({ logits, kind }) => ({
        w: at0(weights, kind),
        loss: -at0(logSoftmax(logits), kind),
      }));
      return sum(terms.map(({ w, loss }) => w * loss)) / (sum(terms.map(({ w }) => w)) || 1);
    },
  },
  {
    name: "focal",
    fields: { x: { axes: [3], optional: true }, kind: { axes: [], classes: 3 } },
    body: "  out = focal(clip.x, clip.kind, focus: 1.5)",
    expected: (samples) =>
      mean(
        labelled(samples).map(({ logits, kind }) => {
          const p = Math.exp(at0(logSoftmax(logits), kind));
          return -((1 - p) ** 1.5) * Math.log(p);
        }),
      ),
    tolerance: 1e-4,
  },
  {
    name: "two heads share one Linear",
    fields: { x: { axes: [3] }, y: { axes: [3] } },
    body: "  head = Linear(2)\n  out = (clip.x |> head) * (clip.y |> head)",
    expected: (samples, w) =>
      samples.map(({ x, y }) => {
        const head = (input: Vector): Vector => linear(input, w.matrix("Linear.weight"), w.vector("Linear.offset"));
        return zip(head(row(x)), head(row(y)), (a, b) => a * b);
      }),
  },
];
