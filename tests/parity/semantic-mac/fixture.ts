// Reads what semantic_mac_torch.py wrote, cuts it up into tensors, and compares tensors with it.
import { join } from "node:path";
import { expect } from "vitest";
import { readColumns } from "../../../src/runtime/data/formats/index.ts";
import type { HostTensor } from "../../../src/runtime/executors/executor.ts";

export interface Fixture {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** The paths of the weights, in the order in which their values follow one another. */
  readonly paths: readonly string[];
}

export async function readFixture(file: string): Promise<Fixture> {
  const tensors = new Map<string, HostTensor>();
  let paths: readonly string[] = [];
  for (const { name, shape, values } of (await readColumns(join(import.meta.dirname, file))).values()) {
    if (values instanceof Float32Array) tensors.set(name, { dtype: "f32", shape, data: values });
    else paths = [...values].map(String);
  }
  return { tensors, paths };
}

export function take({ tensors }: Fixture, name: string): HostTensor {
  const value = tensors.get(name);
  if (value === undefined) throw new Error(`the fixture has no ${name}`);
  return value;
}

/** The one number under a name. */
export const number = (fixture: Fixture, name: string): number => take(fixture, name).data[0] ?? Number.NaN;

/** The fixture's one array of all weights (or gradients), cut up by path. */
export function byPath(
  fixture: Fixture,
  name: string,
  shapeOf: (path: string) => readonly number[],
): ReadonlyMap<string, HostTensor> {
  const { data } = take(fixture, name);
  const found = new Map<string, HostTensor>();
  let at = 0;
  for (const path of fixture.paths) {
    const shape = shapeOf(path);
    const length = shape.reduce((product, size) => product * size, 1);
    found.set(path, { dtype: "f32", shape, data: data.slice(at, at + length) as Float32Array });
    at += length;
  }
  expect(at, name).toBe(data.length);
  return found;
}

/** Those rows of a tensor that a step's batch is made of. */
export function rowsOf({ shape: [, ...inner], data }: HostTensor, rows: ArrayLike<number>): HostTensor {
  const width = inner.reduce((product, size) => product * size, 1);
  const picked = Array.from(rows, (row) => Array.from(data.slice(row * width, (row + 1) * width))).flat();
  return { dtype: "f32", shape: [rows.length, ...inner], data: Float32Array.from(picked) };
}

/** The same numbers as whole ones, for inputs of dtype i32. */
export const whole = ({ shape, data }: HostTensor): HostTensor => ({ dtype: "i32", shape, data: Int32Array.from(data) });

/** The largest absolute value. */
export const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The largest difference, relative to the largest entry of the expected tensor. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  const difference = largest(Array.from(expected, (value, at) => (actual[at] ?? Number.NaN) - value));
  return Number.isNaN(difference) ? difference : difference / (largest(expected) || 1);
}
