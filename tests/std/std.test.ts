// Every module and function of the standard library, from one table: against an independent reference on unpadded samples;
// gradients against finite differences; padding and absent samples changed at will; sizes left to the data; draws of training.
import { beforeAll, describe, expect, test } from "vitest";
import { eliminateDead } from "../../src/compiler/passes/dead.ts";
import { titledCases } from "./cases/index.ts";
import {
  evaluate,
  expectAllClose,
  expectClose,
  expectEqualNumbers,
  expectSame,
  hasOptional,
  presences,
  type Run,
  zeros,
} from "./compare.ts";
import {
  type Batch,
  compileCase,
  makeBatch,
  makeSamples,
  makeWeights,
  type Nested,
  type Presence,
  type Probe,
  probeOf,
  type Reference,
  randomNumbers,
  type StdCase,
  toNested,
  weightSizes,
  weightsBySuffix,
} from "./harness.ts";
import { range } from "./math.ts";

/** The loss with one entry of a weight or input moved. */
type LossAt = (name: string, index: number, by: number) => number;

const movedEntry = (value: Reference, index: number, by: number): Reference => ({
  ...value,
  data: value.data.map((entry, at) => (at === index ? entry + by : entry)),
});

function movedLoss({ graph }: Probe, batch: Batch, weights: Run): LossAt {
  const probe = { graph: eliminateDead({ ...graph, outputs: { loss: graph.outputs.loss as number } }) };
  return (name, index, by) => {
    const weight = weights[name];
    const moved = movedEntry((weight ?? batch.feeds[name]) as Reference, index, by);
    const run =
      weight === undefined
        ? evaluate(probe, { ...batch, feeds: { ...batch.feeds, [name]: moved } }, weights)
        : evaluate(probe, batch, { ...weights, [name]: moved });
    return (run.loss as Reference).data[0] ?? Number.NaN;
  };
}

/** The same by the reference, where a statistic that the model keeps behind `stop` must not move along. */
function heldLoss(expected: (samples: Batch["samples"]) => number, batch: Batch): LossAt {
  return (name, index, by) => {
    const field = name.replace("clip.", "");
    const moved = toNested(movedEntry(batch.feeds[name] as Reference, index, by)) as readonly Nested[];
    const samples = batch.samples.map((sample, at) => ({
      ...sample,
      [field]: sample[field] === undefined ? undefined : moved[at],
    }));
    return Math.sin(1.7 * expected(samples) + 0.3);
  };
}

describe.each(titledCases)("%s", (_title, testCase) => {
  let probe: Probe;
  let weights: Run;
  beforeAll(() => {
    const model = compileCase(testCase);
    probe = probeOf(model);
    weights = makeWeights(model, weightSizes, 7);
  });

  test("gives what its definition says, whoever is absent", () => {
    for (const presence of presences(testCase)) {
      const batch = makeBatch(testCase, makeSamples(testCase, presence, 3), 5, zeros);
      const out = toNested(evaluate(probe, batch, weights).out as Reference);
      const expected = testCase.expected(batch.samples, weightsBySuffix(weights));
      if (typeof expected === "number") expectClose(out, expected, 1e-6, presence);
      else expectAllClose(out, expected, presence);
    }
  });

  test("a batch of one", () => {
    const batch = makeBatch(testCase, makeSamples(testCase, "all", 5).slice(0, 1), 5, zeros);
    const out = toNested(evaluate(probe, batch, weights).out as Reference);
    const expected = testCase.expected(batch.samples, weightsBySuffix(weights));
    if (typeof expected === "number") expectClose(out, expected, 1e-6, "one sample");
    else expectAllClose(out, expected, "one sample");
  });

  test("gradients are the finite differences", () => {
    const batch = makeBatch(testCase, makeSamples(testCase, hasOptional(testCase) ? "some" : "all", 11), 5, zeros);
    const at = evaluate(probe, batch, weights);
    const loss = testCase.held === undefined ? movedLoss(probe, batch, weights) : heldLoss(testCase.held(batch.samples), batch);
    const next = randomNumbers(23);
    const step = 1e-5;
    for (const name of probe.differentiable) {
      const value = (weights[name] ?? batch.feeds[name]) as Reference;
      for (const _ of range(Math.min(4, value.data.length))) {
        const index = Math.floor(next() * value.data.length);
        const slope = (loss(name, index, step) - loss(name, index, -step)) / (2 * step);
        const gradient = (at[`gradient:${name}`] as Reference).data[index] ?? Number.NaN;
        const close = 2e-5 * Math.max(1, Math.abs(slope));
        expect(Math.abs(gradient - slope), `${name}[${index}]: ${gradient} instead of ${slope}`).toBeLessThan(close);
      }
    }
  });

  test("padding and absent entries change nothing, to the bit", () => {
    for (const presence of presences(testCase)) expectUnmoved(testCase, probe, weights, presence);
  });

  test("is the same with sizes that only the data know", () => {
    const model = compileCase(testCase, { fromData: true });
    const batch = makeBatch(testCase, makeSamples(testCase, "all", 3), 5, zeros);
    const plain = evaluate(probe, batch, weights);
    const fromData = evaluate(probeOf(model), batch, makeWeights(model, weightSizes, 7));
    expect(Object.keys(fromData)).toEqual(Object.keys(plain));
    for (const [name, value] of Object.entries(plain)) expectEqualNumbers(fromData[name] as Reference, value, name);
  });

  test("draws of training do not depend on padding either", () => {
    const training = probeOf(compileCase(testCase, { training: true }));
    if (training.graph.nodes.some((node) => node.op === "random")) expectUnmoved(testCase, training, weights, "all");
    else expect(training.graph).toEqual(probe.graph);
  });
});

/** The same samples with other padding, and with more of it. */
function expectUnmoved(testCase: StdCase, probe: Probe, weights: Run, presence: Presence): void {
  const samples = makeSamples(testCase, presence, 13);
  const next = randomNumbers(31);
  const garbage = (): number => 20 * next() - 10;
  const first = evaluate(probe, makeBatch(testCase, samples, 5, zeros), weights);
  for (const longest of [5, 9]) {
    const second = evaluate(probe, makeBatch(testCase, samples, longest, garbage), weights);
    expectSame(testCase, first, second, samples, weights);
  }
}

test("dropout in training: each entry 0 or divided by what is kept, the mean kept, other draws at other steps", () => {
  const testCase: StdCase = {
    name: "dropout of ones",
    fields: { x: { axes: [500], among: [1] } },
    body: "  out = clip.x |> dropout(0.2)",
    expected: (samples) => samples.map(({ x }) => x),
  };
  const probe = probeOf(compileCase(testCase, { training: true }));
  const batch = makeBatch(testCase, makeSamples(testCase, "all", 3), 1, zeros);
  const out = (step: number): readonly number[] => {
    const feeds = { ...batch.feeds, "#step": { shape: [], dtype: "i32", data: Float64Array.of(step) } as const };
    return Array.from((evaluate(probe, { ...batch, feeds }, {}).out as Reference).data);
  };
  const first = out(3);
  for (const value of first) expect([0, 1.25]).toContain(value);
  const share = first.filter((value) => value > 0).length / first.length;
  expect(Math.abs(share - 0.8)).toBeLessThan(0.05);
  expect(out(3)).toEqual(first);
  expect(out(4)).not.toEqual(first);
});
