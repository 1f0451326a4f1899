// Runs a schedule in float64 with the memory that it plans: tasks in shuffled order, every arena and all unwritten memory
// not a number. A value read from a wrong place, or from a task that need not have run yet, shows in the results.
import { expect } from "vitest";
import { sequence } from "../../src/compiler/ir/random.ts";
import { evaluateKernel, evaluateProgram } from "../../src/compiler/loops/evaluate.ts";
import type { KernelProgram } from "../../src/compiler/loops/kernel.ts";
import { type ScheduleOptions, schedule } from "../../src/compiler/loops/schedule/index.ts";
import type { Schedule, ScheduledKernel, Segment } from "../../src/compiler/loops/schedule.ts";
import type { HostExtension } from "../../src/compiler/ops/operation.ts";

export interface Given {
  readonly inputs: Readonly<Record<string, ArrayLike<number>>>;
  readonly variables: Readonly<Record<string, ArrayLike<number>>>;
  readonly extensions?: Readonly<Record<string, HostExtension>>;
}

export interface Results {
  readonly outputs: Record<string, Float64Array>;
  readonly variables: Record<string, Float64Array>;
}

const lengthOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Runs a schedule once, its tasks in an order drawn from `seed`. */
export function runSchedule(planned: Schedule, given: Given, seed: number): Results {
  const order = sequence(seed, "tasks");
  const shared = new Float64Array(planned.sharedBytes / 4).fill(Number.NaN);
  const variables: Record<string, Float64Array> = {};
  const placeOf = (buffer: number): number => (planned.addresses.get(buffer) as number) / 4;
  planned.buffers.forEach(({ kind, name = "", shape, values }, at) => {
    if (kind === "variable")
      variables[name] ??= Float64Array.from(given.variables[name] ?? new Array(lengthOf(shape)).fill(Number.NaN));
    else if (kind === "input") shared.set(given.inputs[name] as ArrayLike<number>, placeOf(at));
    else if (kind === "constant" && values !== undefined && planned.addresses.has(at)) shared.set(values, placeOf(at));
  });

  const memoryOf = (segment: Segment, chunk: number): readonly Float64Array[] => {
    const arena = new Float64Array(planned.arenaBytes / 4).fill(Number.NaN);
    const memory: Float64Array[] = [];
    for (const [buffer, placement] of segment.placements) {
      const { kind, name = "", shape } = planned.buffers[buffer] as Schedule["buffers"][number];
      const base = kind === "variable" ? (variables[name] as Float64Array) : shared;
      // A chunk sees a part of a buffer; everything else is seen whole, and filled whole by a kernel's `fills`.
      const end = segment.kind === "chunked" ? undefined : lengthOf(shape);
      if (placement.kind === "local") memory[buffer] = arena.subarray(placement.offset / 4).subarray(0, end);
      else if (placement.kind === "whole") memory[buffer] = base.subarray(placement.address / 4).subarray(0, lengthOf(shape));
      else memory[buffer] = base.subarray(placement.address / 4 + chunk * placement.chunkStride);
    }
    return memory;
  };

  const runTask = (kernels: readonly ScheduledKernel[], segment: Segment, chunk: number): void => {
    const memory = memoryOf(segment, chunk);
    for (const { kernel } of kernels) evaluateKernel(kernel, { memory });
  };

  for (const segment of planned.segments) {
    if (segment.kind === "host") {
      evaluateKernel(segment.kernel, { memory: memoryOf(segment, 0), ...(given.extensions && { extensions: given.extensions }) });
    } else if (segment.kind === "tasks") {
      for (const task of order.shuffle([...segment.tasks])) runTask(task, segment, 0);
    } else {
      const chunks = Array.from({ length: segment.chunks }, (_, chunk) => chunk);
      for (const chunk of order.shuffle(chunks)) {
        const isLast = chunk === segment.chunks - 1;
        runTask(isLast ? (segment.last ?? segment.kernels) : segment.kernels, segment, chunk);
      }
    }
  }
  const bufferOf = (buffer: number): Float64Array => {
    const { kind, name = "", shape } = planned.buffers[buffer] as Schedule["buffers"][number];
    return kind === "variable"
      ? (variables[name] as Float64Array)
      : shared.slice(placeOf(buffer), placeOf(buffer) + lengthOf(shape));
  };
  const copied = planned.copies.map(({ variable, from }) => [variable, bufferOf(from).slice()] as const);
  const outputs = Object.fromEntries(Object.entries(planned.outputs).map(([name, buffer]) => [name, bufferOf(buffer).slice()]));
  for (const [variable, values] of copied) bufferOf(variable).set(values);
  return { outputs, variables };
}

/** Checks that schedules give what their program gives; float64 sums in another order are the only difference. */
export function expectSchedules(program: KernelProgram, given: Given, options: readonly ScheduleOptions[]): readonly Schedule[] {
  const expected = evaluateProgram(program, given);
  return options.map((each, at) => {
    const planned = schedule(program, each);
    const found = runSchedule(planned, given, at);
    for (const [name, values] of Object.entries(expected.outputs)) expectClose(name, found.outputs[name], values);
    for (const [name, values] of Object.entries(expected.variables)) expectClose(name, found.variables[name], values);
    return planned;
  });
}

function expectClose(name: string, found: Float64Array | undefined, expected: Float64Array): void {
  expect(found?.length, name).toBe(expected.length);
  const wrong = expected.findIndex((value, at) => {
    const entry = (found as Float64Array)[at] as number;
    if (Object.is(entry, value) || (Number.isNaN(entry) && Number.isNaN(value))) return false;
    return !(Math.abs(entry - value) <= 1e-9 * Math.max(1, Math.abs(value)));
  });
  expect(wrong, `${name}[${wrong}] is ${found?.[wrong]} instead of ${expected[wrong]}`).toBe(-1);
}
