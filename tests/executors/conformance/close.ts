// How close an executor has to come to the float64 interpreter.
import { expect } from "vitest";
import type { HostTensor, Results } from "../../../src/runtime/executors/executor.ts";

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
