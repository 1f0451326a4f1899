// Cases for std.domain: `x` and `y` stand for the two batches.
import type { Nested, Sample, StdCase, Weights } from "../harness.ts";
import {
  add,
  at0,
  dot,
  gelu,
  linear,
  type Matrix,
  mean,
  range,
  scale,
  softmax,
  softplus,
  squaredDistance,
  sum,
  transpose,
  type Vector,
} from "../math.ts";

const row = (value: Nested | undefined): Vector => value as Vector;
const present = (samples: readonly Sample[], name: string): Matrix =>
  samples.filter((sample) => sample[name] !== undefined).map((sample) => row(sample[name]));

function bandwidth(x: Matrix, y: Matrix): number {
  const all = [...x, ...y];
  const total = sum(all.flatMap((a) => all.map((b) => squaredDistance(a, b))));
  return Math.max(total / Math.max(all.length * (all.length - 1), 1), 1e-6);
}
const widthOf = (samples: readonly Sample[]): number => bandwidth(present(samples, "x"), present(samples, "y"));
const kernel = (d: number, w: number): number => sum([4, 2, 1, 0.5, 0.25].map((factor) => Math.exp(-d / (factor * w))));

function mmd(x: Matrix, y: Matrix, w = bandwidth(x, y)): number {
  if (x.length === 0 || y.length === 0) return 0;
  const k = (a: Matrix, b: Matrix): number => mean(a.flatMap((p) => b.map((q) => kernel(squaredDistance(p, q), w))));
  return k(x, x) + k(y, y) - 2 * k(x, y);
}

interface Weighed {
  readonly at: Vector;
  readonly share: number;
}

function lmmd(samples: readonly Sample[], w = widthOf(samples)): number {
  const source = samples.filter((sample) => sample.x !== undefined);
  const target = samples.filter((sample) => sample.y !== undefined);
  const classes = range(3).map((c) => {
    const own = source.filter((sample) => sample.kind === c);
    if (own.length === 0) return 0;
    const guesses = target.map((sample) => at0(softmax(row(sample.z)), c));
    const s = own.map((sample) => ({ at: row(sample.x), share: 1 / own.length }));
    const t = target.map((sample, at) => ({ at: row(sample.y), share: at0(guesses, at) / sum(guesses) }));
    const k = (a: readonly Weighed[], b: readonly Weighed[]): number =>
      sum(a.flatMap((p) => b.map((q) => p.share * q.share * kernel(squaredDistance(p.at, q.at), w))));
    return k(s, s) + k(t, t) - 2 * k(s, t);
  });
  return mean(classes);
}

function centre(x: Matrix): Matrix {
  if (x.length === 0) return x;
  const middle = scale(x.reduce(add), 1 / x.length);
  return x.map((value) => add(value, scale(middle, -1)));
}

function covariance(x: Matrix, width: number): Matrix {
  const centred = centre(x);
  return range(width).map((i) =>
    range(width).map((j) => sum(centred.map((value) => at0(value, i) * at0(value, j))) / Math.max(x.length - 1, 1)),
  );
}

const both = (samples: readonly Sample[]): readonly Sample[] => samples.filter(({ x, y }) => x !== undefined && y !== undefined);
const two = { x: { axes: [3], optional: true }, y: { axes: [3], optional: true } } as const;
const paired = { x: { axes: [3] }, y: { axes: [2] } } as const;
const use = "std.domain";
const logit = (x: Vector, w: Weights): number => {
  const hidden = linear(x, w.matrix("MLP/Hidden/Linear.weight"), w.vector("MLP/Hidden/Linear.offset")).map(gelu);
  return at0(linear(hidden, w.matrix("MLP/Linear.weight"), w.vector("MLP/Linear.offset")), 0);
};

export const domainCases: readonly StdCase[] = [
  {
    name: "mmd",
    use,
    fields: two,
    body: "  out = mmd(clip.x, clip.y)",
    expected: (samples) => mmd(present(samples, "x"), present(samples, "y")),
    held: (base) => (samples) => mmd(present(samples, "x"), present(samples, "y"), widthOf(base)),
    tolerance: 1e-4,
  },
  {
    name: "lmmd",
    use,
    fields: { ...two, kind: { axes: [], classes: 3 }, z: { axes: [3] } },
    body: "  out = lmmd(clip.x, clip.kind, clip.y, softmax(clip.z, over: last))",
    expected: (samples) => lmmd(samples),
    held: (base) => (samples) => lmmd(samples, widthOf(base)),
    tolerance: 1e-4,
  },
  {
    name: "coral",
    use,
    fields: two,
    body: "  out = coral(clip.x, clip.y)",
    expected: (samples) => {
      const [a, b] = [covariance(present(samples, "x"), 3), covariance(present(samples, "y"), 3)];
      return sum(a.map((values, at) => squaredDistance(values, at0(b, at)))) / (4 * 3 ** 2);
    },
    tolerance: 1e-4,
  },
  {
    name: "Adversary",
    use,
    fields: two,
    body: "  out = Adversary(clip.x, clip.y, hidden: 2, strength: -1)",
    expected: (samples, w) =>
      0.5 * mean(present(samples, "x").map((x) => softplus(logit(x, w)))) +
      0.5 * mean(present(samples, "y").map((y) => softplus(-logit(y, w)))),
  },
  {
    name: "orthogonality",
    use,
    fields: paired,
    body: "  out = orthogonality(clip.x, clip.y)",
    expected: (samples) => {
      const there = both(samples);
      const unit = (value: Vector): Vector => scale(value, 1 / (Math.sqrt(dot(value, value)) || 1));
      const a = transpose(centre(present(there, "x")).map(unit));
      const b = transpose(centre(present(there, "y")).map(unit));
      return mean(a.flatMap((p) => b.map((q) => dot(p, q) ** 2)));
    },
    tolerance: 1e-4,
  },
  {
    name: "cka",
    use,
    fields: paired,
    body: "  out = cka(clip.x, clip.y)",
    expected: (samples) => {
      const gram = (m: Matrix): Matrix => m.map((p) => m.map((q) => dot(p, q)));
      const k = gram(centre(present(samples, "x"))).flat();
      const l = gram(centre(present(samples, "y"))).flat();
      return dot(k, l) / (Math.sqrt(dot(k, k) * dot(l, l)) || 1);
    },
    tolerance: 1e-4,
  },
];
