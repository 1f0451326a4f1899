// One row of a nest, or several that run together: pass after pass over its columns, row values before, between and after.
import type { FunctionBuilder, Local } from "./assembler.ts";
import { inPairs } from "./in-pairs.ts";
import { storeLanes } from "./nest-access.ts";
import type { Cursors } from "./nest-cursors.ts";
import type { Pass, RowPlan } from "./nest-passes.ts";
import { type Reduction, reduction } from "./nest-reduce.ts";
import type { LoopNest } from "./nest-shape.ts";
import { type StoreContext, storeEntries, storeRow } from "./nest-stores.ts";
import type { Lanes, NestValues, Spot } from "./nest-values.ts";

export interface RowContext extends StoreContext {
  readonly nest: LoopNest;
  readonly plan: RowPlan;
  readonly cursors: Cursors;
  readonly values: NestValues;
  /** The number of each loop's iteration; of the innermost one while its row is run in a loop. */
  readonly counters: readonly Local[];
  /** All bits set in the lanes of a row's last entries, where they do not fill a vector. */
  readonly tail: Local | undefined;
  /** From here on the innermost counter counts; false: its number is 0. */
  counting(on: boolean): void;
}

/** Up to four columns of the row from `column` on, counted from where the cursors stand. */
interface Vector {
  readonly column: number;
  readonly lanes: Lanes;
  /** Its place among the vectors that are written out together: it chooses the accumulator. */
  readonly slot: number;
}

interface PassContext {
  readonly pass: Pass;
  readonly at: number;
  readonly rows: number;
}

export function emitRow(f: FunctionBuilder, context: RowContext, rows: number): void {
  const { nest, plan, values } = context;
  const outer = nest.sizes.length - 2;
  plan.passes.forEach((pass, at) => {
    values.enter(outer, at, rows);
    emitPass(f, context, { pass, at, rows });
  });
  values.enter(outer, plan.passes.length, rows);
  // The cursors still stand at the row's end, which the places allow for.
  for (const store of nest.stores) {
    if (store.each) continue;
    for (let row = 0; row < rows; row += 1) storeRow(f, context, store, spotAt(context, { row, pass: plan.passes.length }));
  }
  values.leave(outer);
}

function emitPass(f: FunctionBuilder, context: RowContext, { pass, at, rows }: PassContext): void {
  const { nest, plan, values, cursors } = context;
  const last = nest.sizes.length - 1;
  const column = context.counters[last] as Local;
  const size = nest.sizes[last] as number;
  const vectors = Math.floor(size / 4);
  const rest = size % 4;
  // The accumulators are what they are without wide vectors: the order of sums must not depend on the machine.
  const usual = plan.unrolled ? vectors : vectorsTogether(pass.weight * rows, vectors);
  const slots = Math.max(1, Math.min(plan.unrolled && vectors < 8 ? 2 : 4, usual));
  const startsFull = usual < vectors || size === 0;
  const wide = f.machine.wideVectors && isWide(nest, pass);
  const together = wide ? Math.min(vectors, Math.max(usual, 2)) : usual;
  const reductions = pass.reductions.map((instruction): readonly [number, Reduction] => {
    const own = nest.body[instruction];
    if (own?.op !== "reduce") throw new RangeError("a pass reduces what is no reduction");
    return [instruction, reduction(f, own, { slots, looped: startsFull, tail: context.tail })];
  });
  const emit = (from: number, count: number): void => {
    const whole = Array.from({ length: count }, (_, slot): Vector => ({ column: 4 * (from + slot), lanes: 4, slot }));
    for (const group of wide ? inPairs(whole) : whole.map((vector) => [vector])) {
      emitVectors(f, context, { pass, at, rows, vectors: group, reductions });
    }
  };
  let done = 0;
  if (together < vectors) {
    const blocks = Math.floor(vectors / together);
    cursors.settle();
    f.i32(0);
    f.set(column);
    context.counting(true);
    f.loop((again) => {
      cursors.step(last, 4 * together, () => {
        emit(0, together);
      });
      f.get(column);
      f.i32(4 * together);
      f.op("i32.add");
      f.tee(column);
      f.i32(4 * together * blocks);
      f.op("i32.lt_s");
      f.branchIf(again);
    });
    cursors.passed(last, 4 * together * blocks);
    context.counting(false);
    done = together * blocks;
  }
  emit(done, vectors - done);
  if (rest > 0) {
    const vector = { column: 4 * vectors, lanes: rest as Lanes, slot: vectors - done };
    emitVectors(f, context, { pass, at, rows, vectors: [vector], reductions });
  }
  for (const [instruction, own] of reductions) values.set(instruction, own.finish());
}

/**
 * How many vectors a loop's body holds: enough to hide what the loop itself costs; and several where one is a long chain of
 * instructions that wait for one another, as random numbers are.
 */
function vectorsTogether(weight: number, vectors: number): number {
  const wanted = weight <= 10 ? 4 : weight <= 30 ? 2 : weight < 80 ? 1 : 4;
  return Math.min(wanted, Math.max(vectors, 1));
}

/** Whether the stores of neighbouring vectors may follow one another: each to a buffer of its own, entries side by side. */
function isWide({ body, sizes }: LoopNest, { stores }: Pass): boolean {
  const buffers = new Set(stores.map(({ access }) => access.buffer));
  const beside = stores.every(({ access, index }) => index === undefined && access.strides[sizes.length - 1] === 1);
  return stores.length > 0 && buffers.size === stores.length && beside && body.every(({ op }) => op !== "lookup");
}

function emitVectors(
  f: FunctionBuilder,
  context: RowContext,
  {
    pass,
    at,
    rows,
    vectors,
    reductions,
  }: PassContext & {
    /** One, or two neighbours. */
    readonly vectors: readonly Vector[];
    readonly reductions: readonly (readonly [number, Reduction])[];
  },
): void {
  const { nest, plan, values, cursors } = context;
  const columns = vectors.map((vector, half) =>
    Array.from({ length: rows }, (_, row) => spotAt(context, { row, pass: at, vector, half: half === 0 ? 0 : 1 })),
  );
  const firsts = columns.map((spots) => spots[0] as Spot);
  for (const [instruction, own] of reductions) {
    const reduce = nest.body[instruction];
    if (reduce?.op !== "reduce") continue;
    firsts.forEach((first, which) => {
      const { slot } = vectors[which] as Vector;
      own.take(values.at(reduce.input, first), first.lanes, slot, () => values.columns(first));
    });
  }
  // All values before the first store: what a kernel updates in place it may also read.
  for (const { value, index } of pass.stores) {
    for (const spot of columns.flat()) {
      values.at(value, spot);
      if (index !== undefined) values.at(index.value, spot);
    }
  }
  for (const [instruction, { home, at: holder }] of plan.kept) {
    if (home !== at) continue;
    for (const first of firsts) {
      if (holder === undefined) values.keep(instruction, first);
      else if (!pass.stores.includes(holder)) {
        storeLanes(f, cursors.place(holder.access, first.ahead), values.at(instruction, first), 1, first.lanes);
      }
    }
  }
  for (const store of pass.stores) storeEntries(f, context, store, columns);
  values.clear();
}

function spotAt(
  { nest: { sizes }, plan }: RowContext,
  {
    row,
    pass,
    vector = { column: 0, lanes: 4, slot: 0 },
    half = 0,
  }: { readonly row: number; readonly pass: number; readonly vector?: Vector; readonly half?: 0 | 1 },
): Spot {
  const last = sizes.length - 1;
  const ahead = sizes.map((_, loop) => (loop === last ? vector.column : loop === last - 1 ? row : 0));
  return { ahead, lanes: vector.lanes, row, half, column: plan.unrolled ? vector.column : undefined, pass };
}
