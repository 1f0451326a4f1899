// A nest as one WebAssembly function: fills, then loops around rows. It takes a byte pointer for each operand of `operandsOf`.
import type { Access, Buffer, Nest } from "../../loops/kernel.ts";
import { accessesOf, operandIndex, operandsOf } from "../../loops/operands.ts";
import type { FunctionBuilder, FunctionHandle, Local, ModuleBuilder } from "./assembler.ts";
import { type Cursors, cursors } from "./nest-cursors.ts";
import { emitFill, fillsOf } from "./nest-fills.ts";
import { levelsOf } from "./nest-levels.ts";
import { type RowPlan, rowPlan } from "./nest-passes.ts";
import { emitRow } from "./nest-row.ts";
import { type LoopNest, shaped } from "./nest-shape.ts";
import { type NestValues, nestValues } from "./nest-values.ts";

/** Equal for nests that `emitNest` makes the same function of: everything but the numbers of their buffers and their paths. */
export function nestKey(nest: Nest, buffers: readonly Buffer[]): string {
  const operands = operandsOf(nest);
  const place = (access: Access) => [operandIndex(operands, access), access.offset, access.strides];
  const body = nest.body.map((instruction) =>
    "access" in instruction ? { ...instruction, access: place(instruction.access) } : instruction,
  );
  const stores = nest.stores.map((store) => ({ ...store, access: place(store.access) }));
  return JSON.stringify([nest.sizes, body, stores, fillsOf(nest, buffers)], exactNumber);
}

/** JSON has no infinities and one zero. */
function exactNumber(_key: string, value: unknown): unknown {
  if (Object.is(value, -0)) return "-0";
  return typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
}

/** Adds a function that runs the nest: an i32 pointer for each of its operands, no results. */
export function emitNest(module: ModuleBuilder, name: string, nest: Nest, buffers: readonly Buffer[]): FunctionHandle {
  const operands = operandsOf(nest);
  return module.function(
    name,
    operands.map(() => "i32" as const),
    [],
    (f) => {
      for (const fill of fillsOf(nest, buffers)) emitFill(f, fill);
      // Without entries there is still a row for what is stored once a row.
      if (nest.sizes.slice(0, -1).some((size) => size === 0)) return;
      emitLoops(f, shaped(nest), (access) => operandIndex(operands, access));
    },
  );
}

function emitLoops(f: FunctionBuilder, nest: LoopNest, operandOf: (access: Access) => number): void {
  const { sizes, body } = nest;
  const last = sizes.length - 1;
  const levels = levelsOf(nest);
  const plan = rowPlan(nest, levels);
  const walking = cursors(f, {
    accesses: accessesOf({ kind: "nest", path: "", fills: [], ...nest }),
    counters: body.flatMap((instruction) => (instruction.op === "random" ? [instruction.first, instruction.second] : [])),
    operandOf,
  });
  const counters = sizes.map(() => f.local("i32"));
  let counting = false;
  const loopNumber = (loop: number): Local | undefined => (loop === last && !counting ? undefined : counters[loop]);
  const values = nestValues(f, { nest, levels, plan, cursors: walking, loopNumber });
  const tail = tailMask(f, (sizes[last] as number) % 4, values);
  const row = {
    nest,
    plan,
    cursors: walking,
    values,
    column: counters[last] as Local,
    tail,
    counting: (on: boolean): void => {
      counting = on;
    },
  };
  const emit = (rows: number): void => emitRow(f, row, rows);
  outerLoop(f, { nest, plan, cursors: walking, values, counters, emit }, 0);
}

interface OuterLoops {
  readonly nest: LoopNest;
  readonly plan: RowPlan;
  readonly cursors: Cursors;
  readonly values: NestValues;
  readonly counters: readonly Local[];
  emit(rows: number): void;
}

/** Loop `loop` and everything in it, after the values that all its iterations share. */
function outerLoop(f: FunctionBuilder, context: OuterLoops, loop: number): void {
  const { nest, plan, cursors: walking, values, counters, emit } = context;
  const last = nest.sizes.length - 1;
  if (loop === last) {
    // The row enters its own level.
    if (last === 0) emit(1);
    return;
  }
  values.enter(loop - 1, 0, 1);
  const size = nest.sizes[loop] as number;
  const counter = counters[loop] as Local;
  const run = (from: number, to: number, rows: number): void => {
    if (from === to) return;
    f.loop((again) => {
      if (loop === last - 1) emit(rows);
      else outerLoop(f, context, loop + 1);
      walking.advance(loop, rows);
      f.get(counter);
      f.i32(rows);
      f.op("i32.add");
      f.tee(counter);
      f.i32(to);
      f.op("i32.lt_s");
      f.branchIf(again);
    });
  };
  f.i32(0);
  f.set(counter);
  const rows = loop === last - 1 ? plan.rows : 1;
  const whole = size - (size % rows);
  run(0, whole, rows);
  run(whole, size, 1);
  walking.passed(loop, size);
  values.leave(loop - 1);
}

/** A mask of the lanes that hold the last entries of a row. */
function tailMask(f: FunctionBuilder, lanes: number, { laneNumbers }: NestValues): Local | undefined {
  if (lanes === 0) return undefined;
  const mask = f.local("v128");
  f.get(laneNumbers);
  f.i32x4(lanes);
  f.op("i32x4.lt_s");
  f.set(mask);
  return mask;
}
