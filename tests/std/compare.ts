// Running a case in the float64 interpreter, and comparing two runs: closely, or to the bit where entries are real.
import { expect } from "vitest";
import type { StaticGraph } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import {
  type Batch,
  type Nested,
  type Presence,
  type Probe,
  type Reference,
  type StdCase,
  toNested,
  weightsBySuffix,
} from "./harness.ts";

export type Run = Readonly<Record<string, Reference>>;

const specialised = new WeakMap<Probe["graph"], Map<string, StaticGraph>>();

function staticGraph(graph: Probe["graph"], batch: Batch): StaticGraph {
  const known = specialised.get(graph) ?? new Map<string, StaticGraph>();
  specialised.set(graph, known);
  const key = JSON.stringify(batch.sizes);
  const found = known.get(key) ?? specialise(graph, batch.sizes);
  known.set(key, found);
  return found;
}

export function evaluate({ graph }: Pick<Probe, "graph">, batch: Batch, weights: Run): Run {
  const used = new Set(graph.nodes.filter((node) => node.op === "input").map((node) => String(node.attributes.name)));
  const feeds = Object.fromEntries(Object.entries(batch.feeds).filter(([name]) => used.has(name)));
  return interpret(staticGraph(graph, batch), feeds, weights).outputs;
}

/** Compares real entries only: what a padded step or an absent sample holds is nobody's business. */
export function expectClose(actual: Nested | undefined, expected: Nested | undefined, tolerance: number, where: string): void {
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

export function expectAllClose(out: Nested, expected: readonly (Nested | undefined)[], where: string): void {
  for (const [at, value] of expected.entries())
    expectClose((out as readonly Nested[])[at], value, 1e-6, `${where}, sample ${at}`);
}

export const hasOptional = (testCase: StdCase): boolean =>
  Object.values(testCase.fields).some((field) => field.optional === true);
export const presences = (testCase: StdCase): readonly Presence[] =>
  hasOptional(testCase) ? ["all", "some", "alone", "none"] : ["all"];
export const zeros = (): number => 0;

/**
 * Equality of the loss, of every weight's gradient, of the real entries of the output and of the inputs' gradients: to the bit, or
 * within `rounding` of the larger of 1 and the entry.
 */
export function expectSame(
  testCase: StdCase,
  first: Run,
  second: Run,
  samples: Batch["samples"],
  weights: Run,
  rounding = 0,
): void {
  expectEqualNumbers(second.loss as Reference, first.loss as Reference, "loss", rounding);
  const expected = testCase.expected(samples, weightsBySuffix(weights));
  if (typeof expected !== "number") {
    expectEqualWhere(toNested(second.out as Reference), toNested(first.out as Reference), expected, rounding);
  }
  for (const [name, gradient] of Object.entries(first)) {
    if (!name.startsWith("gradient:")) continue;
    const other = second[name] as Reference;
    const field = /^gradient:clip\.(.*)$/.exec(name)?.[1];
    if (field === undefined) expectEqualNumbers(other, gradient, name, rounding);
    else {
      const real = samples.map((sample) => sample[field]);
      expectEqualWhere(toNested(other), toNested(gradient), real, rounding);
      expectZeroElsewhere(toNested(other), real);
    }
  }
}

/** Equal as numbers: the same bits, but for the sign of a zero. */
function expectEqual(second: number | undefined, first: number, rounding: number, where: string): void {
  const equal = second === first || Math.abs((second ?? Number.NaN) - first) <= rounding * Math.max(1, Math.abs(first));
  expect(equal, `${where}${second} instead of ${first}`).toBe(true);
}

export function expectEqualNumbers(second: Reference, first: Reference, name: string, rounding = 0): void {
  for (const [at, value] of first.data.entries()) expectEqual(second.data[at], value, rounding, `${name}[${at}]: `);
}

function expectEqualWhere(
  second: Nested,
  first: Nested,
  real: Nested | readonly (Nested | undefined)[] | undefined,
  rounding: number,
): void {
  if (real === undefined) return;
  if (typeof real === "number") expectEqual(second as number, first as number, rounding, "");
  else {
    for (const [at, item] of real.entries()) {
      expectEqualWhere((second as readonly Nested[])[at] as Nested, (first as readonly Nested[])[at] as Nested, item, rounding);
    }
  }
}

/** No gradient reaches a padded or absent entry. */
function expectZeroElsewhere(gradient: Nested, real: Nested | readonly (Nested | undefined)[] | undefined): void {
  if (typeof real === "number") return;
  if (typeof gradient === "number") expect(Math.abs(gradient)).toBe(0);
  else for (const [at, item] of gradient.entries()) expectZeroElsewhere(item, real?.[at]);
}

/** Every entry within a tolerance relative to the value's largest one. */
export function expectNear(actual: Run, exact: Run, tolerance: number): void {
  for (const [name, value] of Object.entries(exact)) {
    const largest = value.data.reduce((top, entry) => Math.max(top, Math.abs(entry)), 1);
    const got = actual[name] as Reference;
    for (const [at, entry] of value.data.entries()) {
      const difference = Math.abs((got.data[at] ?? Number.NaN) - entry) / largest;
      expect(difference, `${name}[${at}]: ${got.data[at]} instead of ${entry}`).toBeLessThan(tolerance);
    }
  }
}
