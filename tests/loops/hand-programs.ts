// Kernel programs written by hand for the tests of schedules, and what of a schedule they compare.
import { expect } from "vitest";
import type { Access, Buffer, Contraction, Instruction, Kernel, KernelProgram, Nest } from "../../src/compiler/loops/kernel.ts";
import type { ChunkedSegment, Schedule, Segment } from "../../src/compiler/loops/schedule.ts";

export const [batch, width] = [64, 192];

/** Where a kernel reads or writes a buffer: a stride for each of its axes, then what differs from the plain case. */
export const at = (buffer: number, strides: readonly number[], rest: Partial<Access> = {}): Access => ({
  buffer,
  offset: 0,
  strides,
  ...rest,
});
export const load = (access: Access): Instruction => ({ op: "load", access, dtype: "f32" });
export const apply = (name: string, ...inputs: number[]): Instruction => ({
  op: "apply",
  name,
  inputs,
  dtype: "f32",
  attributes: {},
});
export const value = (...shape: number[]): Buffer => ({ kind: "value", dtype: "f32", shape, path: "" });
export const named = (kind: Buffer["kind"], name: string, ...shape: number[]): Buffer => ({
  kind,
  name,
  dtype: "f32",
  shape,
  path: "",
});

export const nest = (sizes: readonly number[], body: readonly Instruction[], to: Access): Nest => ({
  kind: "nest",
  sizes,
  body,
  stores: [{ access: to, value: body.length - 1, mode: "set" }],
  fills: [],
  path: "",
});

export const product = (sizes: readonly number[], contracted: number, left: Access, right: Access, to: Access): Contraction => ({
  kind: "contraction",
  sizes,
  batch: 0,
  rows: 1,
  columns: 1,
  contracted: [contracted],
  left,
  right,
  body: [{ op: "product", dtype: "f32" }],
  stores: [{ access: to, value: 0, mode: "set" }],
  fills: [],
  path: "",
});

export const program = (
  buffers: readonly Buffer[],
  kernels: readonly Kernel[],
  outputs: Readonly<Record<string, number>>,
): KernelProgram => ({
  name: "test",
  buffers,
  kernels,
  outputs,
  copies: [],
});

/** Sources of the kernels of each segment, with its kind. */
export const outline = ({ segments }: Schedule): readonly (readonly [Segment["kind"], readonly number[]])[] =>
  segments.map((segment) => {
    const lists = segment.kind === "chunked" ? [segment.kernels] : segment.kind === "tasks" ? segment.tasks : [];
    return [segment.kind, [...new Set(lists.flat().map(({ source }) => source))].sort((a, b) => a - b)];
  });

/** The chunked segment, where there is exactly one. */
export const onlyChunked = ({ segments }: Schedule): ChunkedSegment => {
  const [first, ...others] = segments.filter((segment) => segment.kind === "chunked");
  expect(others).toEqual([]);
  return first as ChunkedSegment;
};

export const rows = [width, 1];

/** h = tanh(x W), y = h W, dW = hᵀ y, W := W - dW. */
export const layers = program(
  [
    ...[named("input", "x", batch, width), named("variable", "w", width, width), value(batch, width), value(width, width)],
    ...[named("output", "last", batch), value(batch, width)],
  ],
  [
    product([batch, width], width, at(0, [width, 0, 1]), at(1, [0, 1, width]), at(2, rows)),
    nest([batch, width], [load(at(2, rows)), apply("tanh", 0)], at(2, rows)),
    product([batch, width], width, at(2, [width, 0, 1]), at(1, [0, 1, width]), at(5, rows)),
    product([width, width], batch, at(2, [1, 0, width]), at(5, [0, 1, width]), at(3, rows)),
    nest([batch], [load(at(5, [width]))], at(4, [1])),
    nest([width, width], [load(at(1, rows)), load(at(3, rows)), apply("subtract", 0, 1)], at(1, rows)),
  ],
  { last: 4 },
);
