// Every module and function of the standard library, from one table: against an independent reference on unpadded samples;
// gradients against finite differences; padding and absent samples changed at will; and the tfjs executors against the interpreter.
import { beforeAll, describe, expect, test } from "vitest";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { standardLibrary } from "../../src/compiler/std/sources.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";
import type { HostTensor } from "../../src/runtime/executors/executor.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import { attentionCases } from "./cases/attention.ts";
import { bottleneckCases } from "./cases/bottleneck.ts";
import { contrastiveCases } from "./cases/contrastive.ts";
import { convCases } from "./cases/conv.ts";
import { coreCases } from "./cases/core.ts";
import { domainCases } from "./cases/domain.ts";
import { fusionCases } from "./cases/fusion.ts";
import { recurrentCases } from "./cases/recurrent.ts";
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

const cases: readonly StdCase[] = [
  ...coreCases,
  ...attentionCases,
  ...recurrentCases,
  ...convCases,
  ...fusionCases,
  ...contrastiveCases,
  ...bottleneckCases,
  ...domainCases,
];

type Run = Readonly<Record<string, Reference>>;

function evaluate(probe: Probe, batch: Batch, weights: Run): Run {
  const used = new Set(probe.graph.nodes.filter((node) => node.op === "input").map((node) => String(node.attributes.name)));
  const feeds = Object.fromEntries(Object.entries(batch.feeds).filter(([name]) => used.has(name)));
  return interpret(specialise(probe.graph, batch.sizes), feeds, weights).outputs;
}

/** Compares real entries only: what a padded step or an absent sample holds is nobody's business. */
function expectClose(actual: Nested | undefined, expected: Nested | undefined, tolerance: number, where: string): void {
  if (expected === undefined) return;
  if (typeof expected === "number") {
    const distance = Math.abs((actual as number) - expected);
    expect(distance, `${where}: ${String(actual)} instead of ${expected}`).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(expected)),
    );
    return;
  }
  for (const [at, item] of expected.entries()) expectClose((actual as readonly Nested[])[at], item, tolerance, `${where}[${at}]`);
}

function expectAllClose(out: Nested, expected: readonly (Nested | undefined)[], where: string): void {
  for (const [at, value] of expected.entries())
    expectClose((out as readonly Nested[])[at], value, 1e-6, `${where}, sample ${at}`);
}

const hasOptional = (testCase: StdCase): boolean => Object.values(testCase.fields).some((field) => field.optional === true);
const presences = (testCase: StdCase): readonly Presence[] =>
  hasOptional(testCase) ? ["all", "some", "alone", "none"] : ["all"];
const zeros = (): number => 0;

/** The loss with one entry of a weight or input moved. */
type LossAt = (name: string, index: number, by: number) => number;

const movedEntry = (value: Reference, index: number, by: number): Reference => ({
  ...value,
  data: value.data.map((entry, at) => (at === index ? entry + by : entry)),
});

function movedLoss(probe: Probe, batch: Batch, weights: Run): LossAt {
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

describe.each(cases)("$use $name", (testCase) => {
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

/** Bit equality of the loss, of every weight's gradient, of the real entries of the output and of the inputs' gradients. */
function expectSame(testCase: StdCase, first: Run, second: Run, samples: Batch["samples"], weights: Run): void {
  expectEqualNumbers(second.loss as Reference, first.loss as Reference, "loss");
  const expected = testCase.expected(samples, weightsBySuffix(weights));
  if (typeof expected !== "number") {
    expectEqualWhere(toNested(second.out as Reference), toNested(first.out as Reference), expected);
  }
  for (const [name, gradient] of Object.entries(first)) {
    if (!name.startsWith("gradient:")) continue;
    const other = second[name] as Reference;
    const field = /^gradient:clip\.(.*)$/.exec(name)?.[1];
    if (field === undefined) expectEqualNumbers(other, gradient, name);
    else {
      const real = samples.map((sample) => sample[field]);
      expectEqualWhere(toNested(other), toNested(gradient), real);
      expectZeroElsewhere(toNested(other), real);
    }
  }
}

/** Equal as numbers: the same bits, but for the sign of a zero. */
function expectEqualNumbers(second: Reference, first: Reference, name: string): void {
  for (const [at, value] of first.data.entries()) {
    expect(second.data[at] === value, `${name}[${at}]: ${second.data[at]} instead of ${value}`).toBe(true);
  }
}

function expectEqualWhere(second: Nested, first: Nested, real: Nested | readonly (Nested | undefined)[] | undefined): void {
  if (real === undefined) return;
  if (typeof real === "number") expect(second === first, `${String(second)} instead of ${String(first)}`).toBe(true);
  else {
    for (const [at, item] of real.entries()) {
      expectEqualWhere((second as readonly Nested[])[at] as Nested, (first as readonly Nested[])[at] as Nested, item);
    }
  }
}

/** No gradient reaches a padded or absent entry. */
function expectZeroElsewhere(gradient: Nested, real: Nested | readonly (Nested | undefined)[] | undefined): void {
  if (typeof real === "number") return;
  if (typeof gradient === "number") expect(Math.abs(gradient)).toBe(0);
  else for (const [at, item] of gradient.entries()) expectZeroElsewhere(item, real?.[at]);
}

describe.each(["cpu", "wasm"] as const)("on tfjs-%s", (backend) => {
  test.each(cases)("$use $name", async (testCase) => {
    const model = compileCase(testCase);
    const probe = probeOf(model);
    const weights = makeWeights(model, weightSizes, 7);
    const samples = makeSamples(testCase, hasOptional(testCase) ? "some" : "all", 17);
    const session = await (await tfjsExecutor(backend)).open();
    try {
      for (const [name, value] of Object.entries(weights)) session.write(name, hostTensor(value));
      const execute = async (batch: Batch): Promise<Run> => {
        const program = await session.load(makePlan("case", probe.graph, batch.sizes));
        const names = new Set(program.plan.inputs.map((input) => input.name));
        const fed = Object.entries(batch.feeds).filter(([name]) => names.has(name));
        const results = await program.run(Object.fromEntries(fed.map(([name, value]) => [name, hostTensor(value)])));
        program.dispose();
        return Object.fromEntries(
          Object.entries(results).map(([name, value]) => [name, { ...value, data: Float64Array.from(value.data) }]),
        );
      };
      const next = randomNumbers(37);
      const garbage = (): number => 20 * next() - 10;
      const batch = makeBatch(testCase, samples, 5, zeros);
      const plain = await execute(batch);
      expectNear(plain, evaluate(probe, batch, weights), testCase.tolerance ?? 1e-5);
      expectSame(testCase, plain, await execute(makeBatch(testCase, samples, 5, garbage)), samples, weights);
      const longer = await execute(makeBatch(testCase, samples, 9, garbage));
      // The cpu backend sums in order, so zeros at the end leave every bit; wasm's matrix kernels sum in lanes.
      if (backend === "cpu") expectSame(testCase, plain, longer, samples, weights);
      else expectNear({ loss: longer.loss as Reference }, { loss: plain.loss as Reference }, testCase.tolerance ?? 1e-5);
    } finally {
      session.dispose();
    }
  });
});

/** Every entry within a tolerance relative to the value's largest one. */
function expectNear(actual: Run, exact: Run, tolerance: number): void {
  for (const [name, value] of Object.entries(exact)) {
    const largest = value.data.reduce((top, entry) => Math.max(top, Math.abs(entry)), 1);
    const got = actual[name] as Reference;
    for (const [at, entry] of value.data.entries()) {
      const difference = Math.abs((got.data[at] ?? Number.NaN) - entry) / largest;
      expect(difference, `${name}[${at}]: ${got.data[at]} instead of ${entry}`).toBeLessThan(tolerance);
    }
  }
}

const hostTensor = (value: Reference): HostTensor => ({
  dtype: value.dtype,
  shape: value.shape,
  data: value.dtype === "i32" ? Int32Array.from(value.data) : Float32Array.from(value.data),
});

describe("the library's text", () => {
  test.each(Object.entries(standardLibrary))("%s documents every declaration: shapes, source, example", (path, text) => {
    const { ast, diagnostics } = parse({ path, text });
    expect(diagnostics).toEqual([]);
    for (const item of ast.items) {
      if (item.kind !== "module" && item.kind !== "fn") continue;
      expect(item.doc, item.name.text).toMatch(/->/);
      expect(item.doc, item.name.text).toMatch(/Source: /);
      expect(item.doc, item.name.text).toMatch(/Example: /);
    }
  });

  test("every module and function of the library is in the table", () => {
    const tested = cases.map((testCase) => testCase.body).join("\n");
    const all = Object.entries(standardLibrary).flatMap(([path, text]) => parse({ path, text }).ast.items);
    const library = Object.values(standardLibrary).join("\n");
    const callers = (name: string): boolean => new RegExp(`\\b${name}\\(`).test(tested) || library.split(`${name}(`).length > 3;
    const untested = all.flatMap((item) =>
      (item.kind === "module" || item.kind === "fn") && !callers(item.name.text) ? [item.name.text] : [],
    );
    expect(untested).toEqual([]);
  });
});
