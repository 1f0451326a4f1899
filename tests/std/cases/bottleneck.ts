// Cases for std.bottleneck, in evaluation: a sampled code is its mean.
import type { Nested, Sample, StdCase, Weights } from "../harness.ts";
import { linear, type Matrix, mean, range, squaredDistance, sum, type Vector } from "../math.ts";

const row = (value: Nested | undefined): Vector => value as Vector;
const layer =
  (w: Weights, path: string) =>
  (x: Vector): Vector =>
    linear(x, w.matrix(`${path}.weight`), w.vector(`${path}.offset`));
const use = "std.bottleneck";
const x = { axes: [3], optional: true } as const;

/** The divergence by integrating q (log q - log p) numerically. */
function divergence(qMean: number, qLogvar: number, pMean: number, pLogvar: number): number {
  const log = (z: number, m: number, v: number): number => -0.5 * (Math.log(2 * Math.PI) + v + (z - m) ** 2 / Math.exp(v));
  const deviation = Math.exp(qLogvar / 2);
  const step = 24 / 20000;
  return sum(
    range(20001).map((at) => {
      const z = qMean + deviation * (at * step - 12);
      return Math.exp(log(z, qMean, qLogvar)) * (log(z, qMean, qLogvar) - log(z, pMean, pLogvar)) * step * deviation;
    }),
  );
}

const cost = (samples: readonly Sample[], w: Weights, path: string): number =>
  mean(
    samples.flatMap((sample) => {
      if (sample.x === undefined) return [];
      const means = layer(w, `${path}/Linear`)(row(sample.x));
      const logvars = layer(w, `${path}/Linear_2`)(row(sample.x));
      return [sum(means.map((m, at) => divergence(m, logvars[at] ?? 0, 0, 0)))];
    }),
  );

const fromFields = "gaussian(mean: clip.x, logvar: clip.v)";

export const bottleneckCases: readonly StdCase[] = [
  {
    name: "Encode and its sample",
    use,
    fields: { x },
    body: "  out = sample(clip.x |> Encode(2))",
    expected: (samples, w) =>
      samples.map((sample) => (sample.x === undefined ? undefined : layer(w, "Encode/Linear")(row(sample.x)))),
  },
  {
    name: "kl_normal",
    use,
    fields: { x },
    body: "  out = kl_normal(clip.x |> Encode(2))",
    expected: (samples, w) => cost(samples, w, "Encode"),
  },
  {
    name: "VariationalBottleneck, its cost",
    use,
    fields: { x },
    body: "  ib = clip.x |> VariationalBottleneck(2)\n  out = ib.cost",
    expected: (samples, w) => cost(samples, w, "VariationalBottleneck/q/Encode"),
  },
  {
    name: "VariationalBottleneck, its code",
    use,
    fields: { x },
    body: "  ib = clip.x |> VariationalBottleneck(2)\n  out = ib.code",
    expected: (samples, w) =>
      samples.map((sample) =>
        sample.x === undefined ? undefined : layer(w, "VariationalBottleneck/q/Encode/Linear")(row(sample.x)),
      ),
  },
  {
    name: "kl of one Gaussian from another",
    use,
    fields: { x: { axes: [2] }, v: { axes: [2] }, y: { axes: [2] }, u: { axes: [2] } },
    body: `  out = kl(${fromFields}, gaussian(mean: clip.y, logvar: clip.u))`,
    expected: (samples) =>
      samples.map(({ x: m, v, y, u }) =>
        range(2).map((at) => divergence(row(m)[at] ?? 0, row(v)[at] ?? 0, row(y)[at] ?? 0, row(u)[at] ?? 0)),
      ),
  },
  {
    name: "gaussian_nll",
    use,
    fields: { x: { axes: [2] }, v: { axes: [2] }, y: { axes: [2] } },
    body: `  out = gaussian_nll(clip.y, ${fromFields})`,
    expected: (samples) =>
      samples.map(({ x: m, v, y }) =>
        range(2).map((at) => {
          const deviation = Math.exp((row(v)[at] ?? 0) / 2);
          const density =
            Math.exp(-0.5 * (((row(y)[at] ?? 0) - (row(m)[at] ?? 0)) / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI));
          return -Math.log(density);
        }),
      ),
  },
  {
    name: "reconstruction",
    use,
    fields: { x: { axes: ["T", 2], optional: true }, y: { axes: ["T", 2] } },
    body: "  out = reconstruction(clip.y, clip.x)",
    expected: (samples) =>
      mean(
        samples.flatMap((sample) =>
          sample.x === undefined
            ? []
            : (sample.x as Matrix).map((step, t) => squaredDistance(step, (sample.y as Matrix)[t] ?? [])),
        ),
      ),
  },
];
