// One row of a nest, or several that run together: pass after pass over its columns, row values before, between and after.
import type { FunctionBuilder, Local } from "./assembler.ts";
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

function emitPass(
  f: FunctionBuilder,
  context: RowContext,
  { pass, at, rows }: { readonly pass: Pass; readonly at: number; readonly rows: number },
): void {
  const { nest, plan, values, cursors } = context;
  const last = nest.sizes.length - 1;
  const column = context.counters[last] as Local;
  const size = nest.sizes[last] as number;
  const vectors = Math.floor(size / 4);
  const rest = size % 4;
  const together = plan.unrolled ? vectors : vectorsTogether(pass.weight * rows, vectors);
  const looped = together < vectors;
  const slots = Math.max(1, Math.min(plan.unrolled && vectors < 8 ? 2 : 4, together));
  const reductions = pass.reductions.map((instruction): readonly [number, Reduction] => {
    const own = nest.body[instruction];
    if (own?.op !== "reduce") throw new RangeError("a pass reduces what is no reduction");
    return [instruction, reduction(f, own, { slots, looped: looped || size === 0, tail: context.tail })];
  });
  const emit = (vector: Vector): void => emitVector(f, context, { pass, at, rows, vector, reductions });
  let done = 0;
  if (looped) {
    const blocks = Math.floor(vectors / together);
    cursors.settle();
    f.i32(0);
    f.set(column);
    context.counting(true);
    f.loop((again) => {
      cursors.step(last, 4 * together, () => {
        for (let slot = 0; slot < together; slot += 1) emit({ column: 4 * slot, lanes: 4, slot });
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
  for (let vector = done; vector < vectors; vector += 1) emit({ column: 4 * vector, lanes: 4, slot: vector - done });
  if (rest > 0) emit({ column: 4 * vectors, lanes: rest as Lanes, slot: vectors - done });
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

function emitVector(
  f: FunctionBuilder,
  context: RowContext,
  {
    pass,
    at,
    rows,
    vector,
    reductions,
  }: {
    readonly pass: Pass;
    readonly at: number;
    readonly rows: number;
    readonly vector: Vector;
    readonly reductions: readonly (readonly [number, Reduction])[];
  },
): void {
  const { nest, plan, values, cursors } = context;
  const spots = Array.from({ length: rows }, (_, row) => spotAt(context, { row, pass: at, vector }));
  const first = spots[0] as Spot;
  for (const [instruction, own] of reductions) {
    const reduce = nest.body[instruction];
    if (reduce?.op !== "reduce") continue;
    own.take(values.at(reduce.input, first), first.lanes, vector.slot, () => values.columns(first));
  }
  // All values before the first store: what a kernel updates in place it may also read.
  for (const { value, index } of pass.stores) {
    for (const spot of spots) {
      values.at(value, spot);
      if (index !== undefined) values.at(index.value, spot);
    }
  }
  for (const [instruction, { home, at: holder }] of plan.kept) {
    if (home !== at) continue;
    if (holder === undefined) values.keep(instruction, first);
    else if (!pass.stores.includes(holder)) {
      storeLanes(f, cursors.place(holder.access, first.ahead), values.at(instruction, first), 1, first.lanes);
    }
  }
  for (const store of pass.stores) storeEntries(f, context, store, spots);
  values.clear();
}

function spotAt(
  { nest: { sizes }, plan }: RowContext,
  {
    row,
    pass,
    vector = { column: 0, lanes: 4, slot: 0 },
  }: { readonly row: number; readonly pass: number; readonly vector?: Vector },
): Spot {
  const last = sizes.length - 1;
  const ahead = sizes.map((_, loop) => (loop === last ? vector.column : loop === last - 1 ? row : 0));
  return { ahead, lanes: vector.lanes, row, column: plan.unrolled ? vector.column : undefined, pass };
}
