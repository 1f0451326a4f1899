// The loops over the terms of a sum, walking both sides: short ones written out, long ones unrolled a few times.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { move, repeat } from "./walker.ts";

/** A contracted loop, strides in bytes. */
export interface TermLoop {
  readonly size: number;
  readonly left: number;
  readonly right: number;
  /** After the iterations of the last loop, one more step with this many lanes (1 to 3) in use. */
  readonly tail?: number;
}

/** Where the entry for the first term of a side is: `offset` bytes after what the local holds. */
export interface Pointer {
  readonly local: Local;
  readonly offset: number;
}

export interface TermWalk {
  readonly loops: readonly TermLoop[];
  readonly left: Pointer;
  readonly right: Pointer;
  /** At most this many steps are written out one after the other. */
  readonly unroll: number;
  step(left: Pointer, right: Pointer, lanes: number): void;
}

const stepsOf = (loops: readonly TermLoop[]): number =>
  loops.reduceRight((inner, { size, tail }) => size * inner + (tail === undefined ? 0 : 1), 1);

/** Whether `walkTerms` writes all steps out, without a loop. */
export function isWrittenOut({ loops, unroll }: Pick<TermWalk, "loops" | "unroll">): boolean {
  return stepsOf(loops) <= 2 * unroll;
}

/** Writes a step for each term in order. */
export function walkTerms(f: FunctionBuilder, walk: TermWalk): void {
  const { loops, unroll, step } = walk;
  const still = isWrittenOut(walk);
  const [left, right] = still ? [walk.left, walk.right] : [start(f, walk.left), start(f, walk.right)];
  const emit = (depth: number, l: number, r: number): void => {
    const loop = loops[depth];
    if (loop === undefined) {
      step(shifted(left, l), shifted(right, r), 4);
      return;
    }
    const { size, tail } = loop;
    const inner = stepsOf(loops.slice(depth + 1));
    const together = size * inner <= (depth === 0 ? 2 : 1) * unroll ? size : Math.max(1, Math.floor(unroll / inner));
    const trips = together === size ? 0 : Math.floor(size / together);
    const run = (count: number): void => {
      for (let at = 0; at < count; at += 1) emit(depth + 1, l + at * loop.left, r + at * loop.right);
    };
    const advance = (iterations: number): void => {
      move(f, left.local, iterations * loop.left);
      move(f, right.local, iterations * loop.right);
    };
    repeat(f, trips, () => {
      run(together);
      advance(together);
    });
    const rest = size - trips * together;
    run(rest);
    if (tail !== undefined) step(shifted(left, l + rest * loop.left), shifted(right, r + rest * loop.right), tail);
    if (depth > 0) advance(-trips * together);
  };
  emit(0, 0, 0);
  if (!still) f.release(left.local, right.local);
}

function shifted({ local, offset }: Pointer, by: number): Pointer {
  return { local, offset: offset + by };
}

/** A pointer to move. */
function start(f: FunctionBuilder, { local: from, offset }: Pointer): Pointer {
  const local = f.local("i32");
  f.get(from);
  f.i32(offset);
  f.op("i32.add");
  f.set(local);
  return { local, offset: 0 };
}
