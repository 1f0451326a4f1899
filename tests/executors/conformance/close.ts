// How close an executor has to come to the float64 interpreter.
import { expect } from "vitest";
import type { HostTensor, Results } from "../../../src/runtime/executors/executor.ts";
import type { Training } from "./steps.ts";

/** What an operation without a tolerance of its own is held to: some 100 roundings of float32, relative, absolute below 1. */
export const standardTolerance = 1e-5;

/** Every entry within `tolerance` of its own size, or of 1 where it is smaller; what is no finite number is the same. */
export function expectResults(expected: Results, actual: Results, tolerance = standardTolerance): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) expectTensor(name, value, actual[name] as HostTensor, tolerance);
}

function expectTensor(name: string, expected: HostTensor, actual: HostTensor, tolerance: number): void {
  expect([actual.dtype, actual.shape], name).toEqual([expected.dtype, expected.shape]);
  const wrong = expected.data.findIndex((entry, at) => !isClose(entry, actual.data[at] ?? Number.NaN, tolerance));
  expect(wrong, `${name}[${wrong}] is ${actual.data[wrong]}, should be ${expected.data[wrong]}`).toBe(-1);
}

function isClose(expected: number, actual: number, tolerance: number): boolean {
  if (Object.is(actual, expected)) return true;
  return Number.isFinite(expected) && Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}

/** The largest distance of two tensors' entries over the largest entry of the expected one (at least `floor`). */
export function distance(expected: HostTensor, actual: HostTensor, floor = 1): number {
  let [largest, apart] = [floor, 0];
  expected.data.forEach((entry, at) => {
    largest = Math.max(largest, Math.abs(entry));
    const difference = Math.abs((actual.data[at] ?? Number.NaN) - entry);
    apart = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(apart, difference);
  });
  return apart / largest;
}

/** The same bits in every tensor. */
export function expectSameBits(expected: Results, actual: Results): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, { data }] of Object.entries(expected)) {
    const other = actual[name]?.data ?? new Float32Array();
    const wrong = data.findIndex((entry, at) => !Object.is(entry, other[at]));
    expect(wrong, `${name}[${wrong}] is ${other[wrong]}, was ${data[wrong]}`).toBe(-1);
    expect(other.length, name).toBe(data.length);
  }
}

/** How far float32 training steps may be from float64 ones. */
export const stepTolerances = {
  /**
   * Of losses and gradient norms, relative. A loss of these graphs is off by some 1e-7 (a few roundings) in the first step; ten
   * steps of training with batches that are no outliers keep it below 2e-6.
   */
  output: 2e-5,
  /** Of a variable's entries, relative to its own largest one … */
  variable: 1e-4,
  /** … and to the largest one of its kind (weights; first moments; second moments; banks). */
  kind: 1e-6,
  /**
   * Rounding error of a gradient's entry. Adam divides a gradient by its own size, so this error moves a weight by lr · error /
   * size in every step: by a whole lr in a random direction where the exact gradient is 0, as that of a softmax's common offset.
   */
  gradient: 1e-6,
  /** No smaller than the specs' learning rates. */
  learningRate: 2e-3,
} as const;

/** Compares outputs of every step and all variables after the last one with the float64 interpreter's. */
export function expectTraining(expected: Training, actual: Training): void {
  expect(actual.steps.length).toBe(expected.steps.length);
  expected.steps.forEach((outputs, step) => {
    for (const [name, value] of Object.entries(outputs)) {
      const apart = distance(value, actual.steps[step]?.[name] as HostTensor, 1e-2);
      expect(apart, `${name} in step ${step}: ${actual.steps[step]?.[name]?.data} for ${value.data}`).toBeLessThan(
        stepTolerances.output,
      );
    }
  });
  for (const [name, value] of Object.entries(expected.variables)) {
    const found = actual.variables[name]?.data ?? new Float32Array();
    const allowed = allowance(expected, name);
    const wrong = value.data.findIndex((entry, at) => !(Math.abs((found[at] ?? Number.NaN) - entry) <= allowed(at)));
    expect(wrong, `${name}[${wrong}] is ${found[wrong]}, should be ${value.data[wrong]} ± ${allowed(wrong)}`).toBe(-1);
  }
}

const largestOf = ({ data }: HostTensor): number => {
  let largest = 0;
  for (const entry of data) largest = Math.max(largest, Math.abs(entry));
  return largest;
};

/** The slot's name before its weight's: `joint/adamw.m`; nothing for weights and banks. */
const kindOf = (name: string): string => (name.includes(":") ? (name.split(":")[0] ?? "") : "");

/** What each entry of a variable may be off by. */
function allowance({ steps, variables }: Training, name: string): (at: number) => number {
  const { variable, kind, gradient, learningRate } = stepTolerances;
  const alike = Object.entries(variables).filter(([other]) => kindOf(other) === kindOf(name));
  const base =
    variable * largestOf(variables[name] as HostTensor) + kind * Math.max(...alike.map(([, value]) => largestOf(value)));
  const squares = Object.entries(variables).find(([other]) => /\/adamw?\.v:/.test(other) && other.endsWith(`:${name}`))?.[1];
  if (squares === undefined) return () => base;
  // After n steps of 0.001 g² each, v is 0.001 n times the mean of g².
  const size = (at: number): number => Math.sqrt((squares.data[at] ?? 0) / (1e-3 * steps.length));
  return (at) => base + steps.length * learningRate * Math.min(1, gradient / size(at));
}
