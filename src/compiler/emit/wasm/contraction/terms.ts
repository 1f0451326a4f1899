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
  /** The bytes below the first term's entry that a step reads at most, as a number <= 0. */
  readonly below: { readonly left: number; readonly right: number };
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

/** Writes a step for each term in order. Offsets given to a step are never negative where they reach down to `below`. */
export function walkTerms(f: FunctionBuilder, walk: TermWalk): void {
  const { loops, unroll, step } = walk;
  const whole = isWrittenOut(walk);
  const lowest = (side: "left" | "right"): number =>
    loops.reduce((sum, loop) => sum + Math.min(0, loop[side] * (loop.size - 1)), walk.below[side]);
  const [left, right] = [start(f, walk.left, lowest("left"), whole), start(f, walk.right, lowest("right"), whole)];
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
  for (const { own, local } of [left, right]) if (own) f.release(local);
}

function shifted({ local, offset }: Pointer, by: number): Pointer {
  return { local, offset: offset + by };
}

/** A pointer to move, or, where nothing moves and no offset gets negative, the given one. */
function start(f: FunctionBuilder, from: Pointer, lowest: number, still: boolean): Pointer & { readonly own: boolean } {
  if (still && from.offset + lowest >= 0) return { ...from, own: false };
  const local = f.local("i32");
  f.get(from.local);
  f.i32(from.offset + lowest);
  f.op("i32.add");
  f.set(local);
  return { local, offset: -lowest, own: true };
}
