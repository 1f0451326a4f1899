// Cases for std.fusion.
import type { Nested, Sample, StdCase, Weights } from "../harness.ts";
import { add, at0, gelu, linear, type Matrix, range, sigmoid, times, type Vector } from "../math.ts";

const row = (value: Nested | undefined): Vector => value as Vector;
const layer =
  (w: Weights, path: string) =>
  (x: Vector): Vector =>
    linear(x, w.matrix(`${path}.weight`), w.vector(`${path}.offset`));
const two = { x: { axes: [2] }, y: { axes: [3] } } as const;
const three = { ...two, z: { axes: [2] } } as const;
const declarations = "modalities M = x | y | z";
const family = "  h[m] = clip[m] * 1 for m in M\n";
const use = "std.fusion";
const each = (f: (sample: Sample, w: Weights) => Nested) => (samples: readonly Sample[], w: Weights) =>
  samples.map((sample) => f(sample, w));
const all = ({ x, y, z }: Sample): readonly Vector[] => [row(x), row(y), row(z)];

export const fusionCases: readonly StdCase[] = [
  {
    name: "GatedFusion",
    use,
    fields: { x: { axes: [2], optional: true }, y: { axes: [3] } },
    body: "  out = GatedFusion(clip.x else 0, clip.y, 4)",
    expected: each(({ x, y }, w) => {
      const [a, b] = [x === undefined ? [0, 0] : row(x), row(y)];
      const gate = layer(w, "GatedFusion/gate/Linear")([...a, ...b]).map(sigmoid);
      const u = layer(w, "GatedFusion/Linear")(a).map(Math.tanh);
      const v = layer(w, "GatedFusion/Linear_2")(b).map(Math.tanh);
      return gate.map((z, at) => z * at0(u, at) + (1 - z) * at0(v, at));
    }),
  },
  {
    name: "GatedUnits",
    use,
    declarations,
    fields: three,
    body: `${family}  out = GatedUnits(h, M, 3)`,
    expected: each((sample, w) =>
      all(sample)
        .map((x, at) => {
          const path = `unit/${at0(["x", "y", "z"], at)}`;
          return times(
            layer(w, `${path}/Linear`)(all(sample).flat()).map(sigmoid),
            layer(w, `${path}/Linear_2`)(x).map(Math.tanh),
          );
        })
        .reduce(add),
    ),
  },
  {
    name: "ConcatFusion",
    use,
    declarations,
    fields: three,
    body: `${family}  out = ConcatFusion(h, M, 4, 2)`,
    expected: each((sample, w) =>
      layer(w, "ConcatFusion/MLP/Linear")(layer(w, "ConcatFusion/MLP/Hidden/Linear")(all(sample).flat()).map(gelu)),
    ),
  },
  {
    name: "LowRankFusion",
    use,
    declarations,
    fields: three,
    body: `${family}  out = LowRankFusion(h, M, 3, rank: 2)`,
    expected: each((sample, w) => {
      const factors = all(sample).map((x, at) => layer(w, `factor/${at0(["x", "y", "z"], at)}/Linear`)(x));
      const product = factors.reduce(times);
      const mix = w.matrix("LowRankFusion/Linear.weight");
      return range(3).map((out) => {
        const ranks = product.slice(2 * out, 2 * out + 2);
        return at0(linear(ranks, mix), 0) + at0(w.vector("LowRankFusion.offset"), out);
      });
    }),
  },
  {
    name: "CrossGate",
    use,
    fields: two,
    body: "  out = CrossGate(clip.x, clip.y)",
    expected: each(({ x, y }, w) => {
      const gate = layer(w, "CrossGate/gate/Linear")([...row(x), ...row(y)]).map(sigmoid);
      return add(row(x), times(gate, layer(w, "CrossGate/Linear")(row(y))));
    }),
  },
  {
    name: "tensor_fusion",
    use,
    fields: two,
    body: "  out = tensor_fusion(clip.x, clip.y)",
    expected: each(({ x, y }) => [1, ...row(x)].flatMap((a) => [1, ...row(y)].map((b) => a * b))),
  },
  {
    name: "tensor_fusion of a sequence",
    use,
    fields: { x: { axes: ["T", 2], optional: true }, y: { axes: ["T", 2] } },
    body: "  out = tensor_fusion(clip.x else 0, clip.y)",
    expected: each(({ x, y }) =>
      (y as Matrix).map((step, t) =>
        [1, ...(x === undefined ? [0, 0] : at0(x as Matrix, t))].flatMap((a) => [1, ...step].map((b) => a * b)),
      ),
    ),
  },
  {
    name: "tensor_fusion3",
    use,
    fields: three,
    body: "  out = tensor_fusion3(clip.x, clip.y, clip.z)",
    expected: each(({ x, y, z }) =>
      [1, ...row(x)].flatMap((a) => [1, ...row(y)].flatMap((b) => [1, ...row(z)].map((c) => a * b * c))),
    ),
  },
];
