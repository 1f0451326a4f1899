// A nest as one WebAssembly function: fills, then loops around rows. It takes a byte pointer for each operand of `operandsOf`.
import type { Access, Buffer, Instruction, Nest, Skip } from "../../loops/kernel.ts";
import { accessesOf, operandIndex, operandsOf } from "../../loops/operands.ts";
import type { FunctionBuilder, FunctionHandle, Local, ModuleBuilder } from "./assembler.ts";
import { address, type Cursors, cursors } from "./nest-cursors.ts";
import { emitFill, fillsOf } from "./nest-fills.ts";
import { levelsOf } from "./nest-levels.ts";
import { rowPlan } from "./nest-passes.ts";
import { emitRow, type RowContext } from "./nest-row.ts";
import { type LoopNest, type NestStore, shaped } from "./nest-shape.ts";
import { nestValues } from "./nest-values.ts";
import type { Opcode } from "./opcodes.ts";

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
  const { sizes, body, stores, skip } = nest;
  const walking = cursors(f, {
    accesses: accessesOf({ kind: "nest", path: "", fills: [], sizes, body, stores, ...(skip && { skip }) }),
    counters: body.flatMap((instruction) => (instruction.op === "random" ? [instruction.first, instruction.second] : [])),
    operandOf,
  });
  const counters = sizes.map(() => f.local("i32"));
  const skipped = skip && rowsOf(f, skippedNest(nest, skip), walking, counters);
  skipped?.values.enter(-1, 0, 1);
  outerLoop(f, { rows: rowsOf(f, nest, walking, counters), skipped }, 0);
}

/** What is written where iterations are left out: the values of the skip in the places of the stores that set. */
function skippedNest({ sizes, body, stores }: LoopNest, { values }: Skip): LoopNest {
  const constants: Instruction[] = [];
  const sets = stores.flatMap((store, at): NestStore[] => {
    const dtype = body[store.value]?.dtype ?? "f32";
    if (store.mode !== "set") return [];
    return [{ ...store, value: constants.push({ op: "constant", value: values[at] as number, dtype }) - 1 }];
  });
  return { sizes, body: constants, stores: sets, skip: undefined };
}

function rowsOf(f: FunctionBuilder, nest: LoopNest, walking: Cursors, counters: readonly Local[]): RowContext {
  const last = nest.sizes.length - 1;
  const levels = levelsOf(nest);
  const plan = rowPlan(nest, levels);
  let counting = false;
  const loopNumber = (loop: number): Local | undefined => (loop === last && !counting ? undefined : counters[loop]);
  const values = nestValues(f, { nest, levels, plan, cursors: walking, loopNumber });
  return {
    nest,
    plan,
    cursors: walking,
    values,
    counters,
    tail: tailMask(f, (nest.sizes[last] as number) % 4),
    counting: (on) => {
      counting = on;
    },
  };
}

interface OuterLoops {
  readonly rows: RowContext;
  /** The rows that are left out. */
  readonly skipped: RowContext | undefined;
}

/** Loop `loop` and everything in it, after the values that all its iterations share. */
function outerLoop(f: FunctionBuilder, context: OuterLoops, loop: number): void {
  const { rows, skipped } = context;
  const { nest, plan, cursors: walking, values, counters } = rows;
  const last = nest.sizes.length - 1;
  if (loop === last) {
    emitRow(f, rows, 1);
    return;
  }
  values.enter(loop - 1, 0, 1);
  const size = nest.sizes[loop] as number;
  const counter = counters[loop] as Local;
  const inner = (together: number): void => {
    if (loop === last - 1) emitRow(f, rows, together);
    else outerLoop(f, context, loop + 1);
  };
  const together = loop === last - 1 ? plan.rows : 1;
  f.i32(0);
  f.set(counter);
  if (skipped !== undefined && nest.skip?.loop === loop) {
    const end = lengthAt(f, rows, nest.skip);
    const run = { loop, walking, counter };
    if (together > 1) repeat(f, { ...run, together, to: end }, () => inner(together));
    repeat(f, { ...run, together: 1, to: end }, () => inner(1));
    f.release(end);
    repeat(f, { ...run, together: 1, to: size }, () => outerLoop(f, { rows: skipped, skipped: undefined }, loop + 1));
  } else {
    const whole = size - (size % together);
    repeat(f, { loop, walking, counter, together, to: whole }, () => inner(together));
    if (whole < size) repeat(f, { loop, walking, counter, together: 1, to: size }, () => inner(1));
  }
  walking.passed(loop, size);
  values.leave(loop - 1);
}

/** How many iterations of a loop are not left out: the length, but at least 0 and at most all. */
function lengthAt(f: FunctionBuilder, { nest, cursors: walking }: RowContext, { lengths, loop }: Skip): Local {
  const end = f.local("i32");
  const atLeast = (bound: number, comparison: Opcode): void => {
    f.get(end);
    f.i32(bound);
    f.get(end);
    f.i32(bound);
    f.op(comparison);
    f.op("select");
    f.set(end);
  };
  f.memory(
    "i32.load",
    address(
      f,
      walking.place(
        lengths,
        nest.sizes.map(() => 0),
      ),
    ),
  );
  f.set(end);
  atLeast(0, "i32.gt_s");
  atLeast(nest.sizes[loop] as number, "i32.lt_s");
  return end;
}

interface Repetition {
  readonly loop: number;
  readonly walking: Cursors;
  readonly counter: Local;
  /** Iterations of the loop that its body runs at once. */
  readonly together: number;
  /** Where it ends; a local may be reached at once. */
  readonly to: Local | number;
}

/** Runs the body as long as that many iterations are left. */
function repeat(f: FunctionBuilder, { loop, walking, counter, together, to }: Repetition, body: () => void): void {
  const more = (): void => {
    // The iteration after those that the body runs must not be beyond the end.
    if (typeof to === "number") f.i32(to);
    else {
      f.get(to);
      if (together > 1) {
        f.i32(together - 1);
        f.op("i32.sub");
      }
    }
    f.op("i32.lt_s");
  };
  const rounds = (): void =>
    f.loop((again) => {
      body();
      walking.advance(loop, together);
      f.get(counter);
      f.i32(together);
      f.op("i32.add");
      f.tee(counter);
      more();
      f.branchIf(again);
    });
  f.get(counter);
  more();
  f.if(rounds);
}

/** A mask of the lanes that hold the last entries of a row. */
function tailMask(f: FunctionBuilder, lanes: number): Local | undefined {
  if (lanes === 0) return undefined;
  const mask = f.local("v128");
  f.i32x4Steps(0, 1);
  f.i32x4(lanes);
  f.op("i32x4.lt_s");
  f.set(mask);
  return mask;
}
