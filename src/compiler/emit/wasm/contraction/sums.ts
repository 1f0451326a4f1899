// The running sums of a tile in locals. Where a tile has few, each is kept in several parts, so that additions need not wait
// for one another.
import type { FunctionBuilder, Local } from "../assembler.ts";

/** By row, then column or vector of columns. */
export type Sums = readonly (readonly Local[])[];

export interface RunningSums {
  /** Adds the lanes' products in this step's part of the sum. */
  addProduct(row: number, column: number, a: Local, b: Local): void;
  /** Ends a step. */
  next(): void;
  /** Adds the parts up. The locals are the caller's to release. */
  finish(): Sums;
}

/** Parts of each sum of a tile: at least four additions are under way at once. */
export const partsOf = (rows: number, columns: number): number => Math.max(1, Math.floor(4 / (rows * columns)));

export interface SumOptions {
  readonly rows: number;
  readonly columns: number;
  /** Every step is written out once, so that the first product of a part needs nothing to be added to. */
  readonly written: boolean;
  /** Code that leaves what a sum starts from; absent for 0. */
  readonly start?: ((row: number, column: number) => void) | undefined;
}

export function sumLocals(f: FunctionBuilder, { rows, columns, written: once, start }: SumOptions): RunningSums {
  const written = once && start === undefined;
  const parts = partsOf(rows, columns);
  const all = Array.from({ length: parts }, () =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, () => f.local("v128"))),
  );
  const zero = (local: Local): void => {
    f.f32x4(0);
    f.set(local);
  };
  if (!written) for (const local of all.slice(start === undefined ? 0 : 1).flat(2)) zero(local);
  if (start !== undefined) {
    all[0]?.forEach((locals, row) => {
      locals.forEach((local, column) => {
        start(row, column);
        f.set(local);
      });
    });
  }
  let steps = 0;
  return {
    addProduct(row, column, a, b) {
      const sum = all[steps % parts]?.[row]?.[column] as Local;
      const first = written && steps < parts;
      const [left, right] = [() => f.get(a), () => f.get(b)];
      if (first) {
        left();
        right();
        f.op("f32x4.mul");
      } else f.multiplyAdd(left, right, () => f.get(sum));
      f.set(sum);
    },
    next() {
      steps += 1;
    },
    finish() {
      const [sums, ...others] = all as [Local[][], ...Local[][][]];
      if (steps === 0 && written) for (const local of sums.flat()) zero(local);
      const used = written ? Math.min(parts, steps) : parts;
      for (const part of others.slice(0, Math.max(0, used - 1))) {
        part.flat().forEach((local, at) => {
          const sum = sums.flat()[at] as Local;
          f.get(sum);
          f.get(local);
          f.op("f32x4.add");
          f.set(sum);
        });
      }
      f.release(...others.flat(2));
      return sums;
    },
  };
}
