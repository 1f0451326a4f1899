// The sums of a tile as inner products: four terms of a sum in the lanes of a vector, the lanes added at the end.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { partsOf, type Sums, sumLocals } from "./sums.ts";
import { isWrittenOut, type Pointer, type TermLoop, walkTerms } from "./terms.ts";
import type { ColumnVector } from "./tiles.ts";
import { address } from "./walker.ts";

export interface InnerSides {
  /** Along the last loop both sides lie entry by entry. */
  readonly loops: readonly TermLoop[];
  /** At the tile's first row, at its first column. */
  readonly left: Pointer;
  readonly right: Pointer;
  /** Bytes from row to row of left, from column to column of right. */
  readonly row: number;
  readonly column: number;
  readonly vectors: readonly ColumnVector[];
}

/** The finished sums, one vector local for each row and vector of columns. */
export function innerSums(f: FunctionBuilder, rows: number, sides: InnerSides): Sums {
  const { left, right, row, column, vectors } = sides;
  const loops = sides.loops.map((loop, at) => (at === sides.loops.length - 1 ? inVectors(loop) : loop));
  const columns = vectors.flatMap(({ start, end }) => Array.from({ length: end }, (_, lane) => (start + lane) * column));
  const unroll = partsOf(rows, columns.length);
  const sums = sumLocals(f, { rows, columns: columns.length, written: isWrittenOut({ loops, unroll }) });
  const lefts = Array.from({ length: rows }, () => f.local("v128"));
  const terms = f.local("v128");
  walkTerms(f, {
    loops,
    left,
    right,
    unroll,
    step(l, r, lanes) {
      lefts.forEach((local, at) => {
        loadLanes(f, { local: l.local, offset: l.offset + at * row }, lanes);
        f.set(local);
      });
      columns.forEach((offset, at) => {
        loadLanes(f, { local: r.local, offset: r.offset + offset }, lanes);
        f.set(terms);
        lefts.forEach((local, height) => {
          sums.addProduct(height, at, local, terms);
        });
      });
      sums.next();
    },
  });
  f.release(terms, ...lefts);
  return sums.finish().map((of) => laneSums(f, of, vectors));
}

function inVectors({ size }: TermLoop): TermLoop {
  const loop = { size: Math.floor(size / 4), left: 16, right: 16 };
  return size % 4 === 0 ? loop : { ...loop, tail: size % 4 };
}

/** Leaves a vector of the entries from a place on; lanes from `lanes` on are 0. */
export function loadLanes(f: FunctionBuilder, { local, offset }: Pointer, lanes: number): void {
  const third = lanes === 3 ? address(f, local, offset + 8) : 0;
  const first = address(f, local, offset);
  if (lanes === 4) f.memory("v128.load", first);
  else if (lanes === 1) f.memory("v128.load32_zero", first);
  else f.memory("v128.load64_zero", first);
  if (lanes === 3) f.memoryLane("v128.load32_lane", 2, third);
}

/** One vector of four columns' sums from a vector of partial sums for each column. */
function laneSums(f: FunctionBuilder, sums: readonly Local[], vectors: readonly ColumnVector[]): Local[] {
  let next = 0;
  return vectors.map(({ end }) => {
    const own = sums.slice(next, next + end);
    next += end;
    const [a, b, c, d] = [0, 1, 2, 3].map((at) => own[Math.min(at, end - 1)] as Local) as [Local, Local, Local, Local];
    const [ab, cd] = [f.local("v128"), f.local("v128")];
    addShuffled(f, a, b, [0, 4, 1, 5], [2, 6, 3, 7], ab);
    addShuffled(f, c, d, [0, 4, 1, 5], [2, 6, 3, 7], cd);
    addShuffled(f, ab, cd, [0, 1, 4, 5], [2, 3, 6, 7], a);
    f.release(ab, cd, ...own.slice(1));
    return a;
  });
}

function addShuffled(
  f: FunctionBuilder,
  a: Local,
  b: Local,
  one: readonly number[],
  other: readonly number[],
  into: Local,
): void {
  shuffled(f, a, b, one);
  shuffled(f, a, b, other);
  f.op("f32x4.add");
  f.set(into);
}

/** Leaves four 4-byte lanes of two vectors: 0 to 3 of the first, 4 to 7 of the second. */
export function shuffled(f: FunctionBuilder, a: Local, b: Local, lanes: readonly number[]): void {
  f.get(a);
  f.get(b);
  const bytes: number[] = [];
  for (const lane of lanes) bytes.push(4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3);
  f.shuffle(bytes);
}
