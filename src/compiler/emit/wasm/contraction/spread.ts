// The sums of a tile by spreading: each scalar of left, repeated in four lanes, times vectors of four columns of right.
import type { FunctionBuilder } from "../assembler.ts";
import { partsOf, type Sums, sumLocals } from "./sums.ts";
import { isWrittenOut, type Pointer, type TermLoop, walkTerms } from "./terms.ts";
import { address } from "./walker.ts";

export interface SpreadSides {
  readonly loops: readonly TermLoop[];
  /** At the tile's first row. */
  readonly left: Pointer;
  readonly right: Pointer;
  readonly lengths?: Pointer | undefined;
  /** Bytes from row to row of left. */
  readonly row: number;
  /** Bytes from `right` to each of the tile's vectors. */
  readonly vectors: readonly number[];
  /** Code that leaves what a sum starts from; absent for 0. */
  readonly start?: ((row: number, vector: number) => void) | undefined;
}

/** The finished sums, one vector local for each row and vector of columns. */
export function spreadSums(
  f: FunctionBuilder,
  rows: number,
  { loops, left, right, lengths, row, vectors, start }: SpreadSides,
): Sums {
  // One step a block of code: the compiler would put off the products of several steps, and run out of registers.
  const ragged = loops.some((loop) => loop.ragged);
  const unroll = ragged ? 1 : partsOf(rows, vectors.length);
  const sums = sumLocals(f, { rows, columns: vectors.length, written: isWrittenOut({ loops, unroll }), start });
  const columns = vectors.map(() => f.local("v128"));
  const scalar = f.local("v128");
  walkTerms(f, {
    loops,
    left,
    right,
    lengths,
    unroll,
    step(l, r) {
      columns.forEach((column, at) => {
        f.memory("v128.load", address(f, r.local, r.offset + (vectors[at] as number)));
        f.set(column);
      });
      for (let at = 0; at < rows; at += 1) {
        f.memory("v128.load32_splat", address(f, l.local, l.offset + at * row));
        f.set(scalar);
        columns.forEach((column, vector) => {
          sums.addProduct(at, vector, scalar, column);
        });
      }
      sums.next();
    },
  });
  f.release(scalar, ...columns);
  return sums.finish();
}
