// Cases for std.contrastive: every loss by its definition, pair by pair, over the samples that are there.
import type { Nested, Sample, StdCase } from "../harness.ts";
import { dot, logSumExp, type Matrix, mean, squaredDistance, unit, type Vector } from "../math.ts";

const row = (value: Nested | undefined): Vector => unit(value as Vector);
const present = (samples: readonly Sample[], name: string): Matrix =>
  samples.filter((sample) => sample[name] !== undefined).map((sample) => row(sample[name]));

/** -log of the share of the own partner among `candidates`, for each anchor that has one. */
function oneSidedTerms(samples: readonly Sample[], anchor: string, partner: string, temperature: number): readonly number[] {
  const candidates = present(samples, partner);
  return samples.flatMap((sample) => {
    if (sample[anchor] === undefined || sample[partner] === undefined) return [];
    const a = row(sample[anchor]);
    const scores = candidates.map((candidate) => dot(a, candidate) / temperature);
    return [logSumExp(scores) - dot(a, row(sample[partner])) / temperature];
  });
}

const oneSided = (samples: readonly Sample[], anchor: string, partner: string, temperature: number): number =>
  mean(oneSidedTerms(samples, anchor, partner, temperature));

function ntXentSide(samples: readonly Sample[], anchor: string, partner: string, temperature: number): number {
  return mean(
    samples.flatMap((sample) => {
      if (sample[anchor] === undefined || sample[partner] === undefined) return [];
      const a = row(sample[anchor]);
      const rest = samples.filter((other) => other !== sample && other[anchor] !== undefined).map((other) => row(other[anchor]));
      const scores = [...present(samples, partner), ...rest].map((candidate) => dot(a, candidate) / temperature);
      return [logSumExp(scores) - dot(a, row(sample[partner])) / temperature];
    }),
  );
}

/** A term for each anchor that has a mate. */
function supconTerms(samples: readonly Sample[], label: (sample: Sample) => number, temperature: number): readonly number[] {
  const there = samples.filter((sample) => sample.x !== undefined);
  return there.flatMap((anchor) => {
    const others = there.filter((other) => other !== anchor);
    const mates = others.filter((other) => label(other) === label(anchor));
    if (mates.length === 0) return [];
    const score = (other: Sample): number => dot(row(anchor.x), row(other.x)) / temperature;
    return [mean(mates.map((mate) => logSumExp(others.map(score)) - score(mate)))];
  });
}

const supcon = (samples: readonly Sample[], label: (sample: Sample) => number, temperature: number): number =>
  mean(supconTerms(samples, label, temperature));

/** The steps of a sequence as samples of their own. */
function stepsOf(sample: Sample): readonly Sample[] {
  const length = Math.max(...Object.values(sample).map((value) => (value as readonly Nested[] | undefined)?.length ?? 0));
  return Array.from({ length }, (_, step) =>
    Object.fromEntries(Object.entries(sample).map(([name, value]) => [name, (value as readonly Nested[] | undefined)?.[step]])),
  );
}

const two = { x: { axes: [3], optional: true }, y: { axes: [3], optional: true } } as const;
const use = "std.contrastive";

export const contrastiveCases: readonly StdCase[] = [
  {
    name: "info_nce",
    use,
    fields: two,
    body: "  out = info_nce(clip.x, clip.y, temperature: 0.3)",
    expected: (samples) => 0.5 * oneSided(samples, "x", "y", 0.3) + 0.5 * oneSided(samples, "y", "x", 0.3),
    tolerance: 1e-4,
  },
  {
    name: "info_nce, one-sided",
    use,
    fields: two,
    body: "  out = info_nce(clip.x, clip.y, temperature: 0.3, symmetric: false)",
    expected: (samples) => oneSided(samples, "x", "y", 0.3),
    tolerance: 1e-4,
  },
  {
    name: "info_nce of whole batches",
    use,
    fields: { x: { axes: [3] }, y: { axes: [3] } },
    body: "  out = info_nce(clip.x, clip.y, temperature: 0.05)",
    expected: (samples) => 0.5 * oneSided(samples, "x", "y", 0.05) + 0.5 * oneSided(samples, "y", "x", 0.05),
    tolerance: 1e-4,
  },
  {
    name: "nt_xent",
    use,
    fields: two,
    body: "  out = nt_xent(clip.x, clip.y, temperature: 0.3)",
    expected: (samples) => 0.5 * ntXentSide(samples, "x", "y", 0.3) + 0.5 * ntXentSide(samples, "y", "x", 0.3),
    tolerance: 1e-4,
  },
  {
    name: "supcon",
    use,
    fields: { x: { axes: [3], optional: true }, kind: { axes: [], classes: 2 } },
    body: "  out = supcon(clip.x, label: clip.kind, temperature: 0.3)",
    expected: (samples) => supcon(samples, (sample) => sample.kind as number, 0.3),
    tolerance: 1e-4,
  },
  {
    name: "supcon over polarity",
    use,
    fields: { x: { axes: [3], optional: true }, mood: { axes: [], among: [-2, -0.5, 0, 1, 3] } },
    body: "  out = supcon(clip.x, label: polarity(clip.mood), temperature: 0.3)",
    expected: (samples) => supcon(samples, (sample) => Math.sign(sample.mood as number), 0.3),
    tolerance: 1e-4,
  },
  {
    name: "info_nce along a sequence",
    use,
    fields: { x: { axes: ["T", 3], optional: true }, y: { axes: ["T", 3], optional: true } },
    body: "  out = info_nce(clip.x, clip.y, temperature: 0.3)",
    expected: (samples) =>
      mean(
        samples.map(stepsOf).flatMap((steps) => [...oneSidedTerms(steps, "x", "y", 0.3), ...oneSidedTerms(steps, "y", "x", 0.3)]),
      ),
    tolerance: 1e-4,
  },
  {
    name: "supcon along a sequence",
    use,
    fields: { x: { axes: ["T", 3], optional: true }, mood: { axes: ["T"], among: [-2, -0.5, 0, 1, 3] } },
    body: "  out = supcon(clip.x, label: polarity(clip.mood), temperature: 0.3)",
    expected: (samples) =>
      mean(samples.map(stepsOf).flatMap((steps) => supconTerms(steps, ({ mood }) => Math.sign(mood as number), 0.3))),
    tolerance: 1e-4,
  },
  {
    name: "sentiment_bins",
    use,
    fields: { mood: { axes: [], among: [-3.6, -2.5, -0.5, 0.5, 1.5, 2.7, 3.2] } },
    body: "  out = sentiment_bins(clip.mood)",
    expected: (samples) =>
      samples.map(({ mood }) => {
        const halves: Readonly<Record<string, number>> = {
          "-3.6": -3,
          "-2.5": -2,
          "-0.5": 0,
          "0.5": 0,
          "1.5": 2,
          "2.7": 3,
          "3.2": 3,
        };
        return halves[String(mood)] ?? Number.NaN;
      }),
  },
  {
    name: "alignment",
    use,
    fields: two,
    body: "  out = alignment(clip.x, clip.y)",
    expected: (samples) =>
      mean(samples.flatMap(({ x, y }) => (x === undefined || y === undefined ? [] : [squaredDistance(row(x), row(y))]))),
  },
  {
    name: "uniformity",
    use,
    fields: { x: { axes: [3], optional: true } },
    body: "  out = uniformity(clip.x)",
    expected: (samples) => {
      const there = present(samples, "x");
      const pairs = there.flatMap((a, at) =>
        there.filter((_, other) => other !== at).map((b) => Math.exp(-2 * squaredDistance(a, b))),
      );
      return pairs.length === 0 ? 0 : Math.log(mean(pairs));
    },
    tolerance: 1e-4,
  },
];
