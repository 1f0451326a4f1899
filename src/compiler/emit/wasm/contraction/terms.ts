// The loops over the terms of a sum, walking both sides: short ones written out, long ones unrolled a few times.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { address, move, repeat } from "./walker.ts";

/** A contracted loop, strides in bytes. */
export interface TermLoop {
  readonly size: number;
  readonly left: number;
  readonly right: number;
  /** After the iterations of the last loop, one more step with this many lanes (1 to 3) in use. */
  readonly tail?: number;
  /** Bytes from length to length. */
  readonly lengths?: number;
  /** The loop ends at the length, an i32, that the pointer to lengths has come to. */
  readonly ragged?: boolean;
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
  /** Where a loop is ragged: to the first length. */
  readonly lengths?: Pointer | undefined;
  /** At most this many steps are written out one after the other. */
  readonly unroll: number;
  step(left: Pointer, right: Pointer, lanes: number): void;
}

const stepsOf = (loops: readonly TermLoop[]): number =>
  loops.reduceRight(
    (inner, { size, tail, ragged }) => (ragged ? Number.POSITIVE_INFINITY : size * inner + (tail === undefined ? 0 : 1)),
    1,
  );

/** Whether `walkTerms` writes all steps out, without a loop. */
export function isWrittenOut({ loops, unroll }: Pick<TermWalk, "loops" | "unroll">): boolean {
  return stepsOf(loops) <= 2 * unroll;
}

interface Offsets {
  readonly left: number;
  readonly right: number;
  readonly lengths: number;
}

/** Writes a step for each term in order. */
export function walkTerms(f: FunctionBuilder, walk: TermWalk): void {
  const { loops, unroll, step } = walk;
  const still = isWrittenOut(walk);
  const [left, right] = still ? [walk.left, walk.right] : [start(f, walk.left), start(f, walk.right)];
  const lengths = walk.lengths && start(f, walk.lengths);
  const advance = (loop: TermLoop, iterations: number): void => {
    move(f, left.local, iterations * loop.left);
    move(f, right.local, iterations * loop.right);
    if (lengths !== undefined) move(f, lengths.local, iterations * (loop.lengths ?? 0));
  };
  const further = (from: Offsets, loop: TermLoop, iterations: number): Offsets => ({
    left: from.left + iterations * loop.left,
    right: from.right + iterations * loop.right,
    lengths: from.lengths + iterations * (loop.lengths ?? 0),
  });
  const stepAt = (at: Offsets, lanes: number): void => step(shifted(left, at.left), shifted(right, at.right), lanes);
  const emit = (depth: number, at: Offsets): void => {
    const loop = loops[depth];
    if (loop === undefined) {
      stepAt(at, 4);
      return;
    }
    if (loop.ragged && lengths !== undefined) {
      const together = depth === loops.length - 1 ? unroll : 1;
      const restored = [left.local, right.local];
      raggedLoop(f, { size: loop.size, length: shifted(lengths, at.lengths), restored, together }, (count) => {
        for (let iteration = 0; iteration < count; iteration += 1) emit(depth + 1, further(at, loop, iteration));
        advance(loop, count);
      });
      return;
    }
    const { size, tail } = loop;
    const inner = stepsOf(loops.slice(depth + 1));
    const together = size * inner <= (depth === 0 ? 2 : 1) * unroll ? size : Math.max(1, Math.floor(unroll / inner));
    const trips = together === size ? 0 : Math.floor(size / together);
    const run = (count: number): void => {
      for (let iteration = 0; iteration < count; iteration += 1) emit(depth + 1, further(at, loop, iteration));
    };
    repeat(f, trips, () => {
      run(together);
      advance(loop, together);
    });
    const rest = size - trips * together;
    run(rest);
    if (tail !== undefined) stepAt(further(at, loop, rest), tail);
    if (depth > 0) advance(loop, -trips * together);
  };
  emit(0, { left: 0, right: 0, lengths: 0 });
  if (!still) f.release(left.local, right.local);
  if (lengths !== undefined) f.release(lengths.local);
}

interface RaggedLoop {
  readonly size: number;
  readonly length: Pointer;
  readonly restored: readonly Local[];
  /** Iterations that are written out one after the other while so many are left. */
  readonly together: number;
}

/** Runs the body for as many iterations as the length says, at most `size`, and gives the locals back what they held. */
function raggedLoop(
  f: FunctionBuilder,
  { size, length, restored, together }: RaggedLoop,
  body: (iterations: number) => void,
): void {
  const left = f.local("i32");
  const kept = restored.map((local) => {
    const copy = f.local("i32");
    f.get(local);
    f.set(copy);
    return copy;
  });
  const run = (count: number): void => {
    f.block((end) => {
      f.loop((again) => {
        f.get(left);
        f.i32(count);
        f.op("i32.lt_s");
        f.branchIf(end);
        body(count);
        move(f, left, -count);
        f.branch(again);
      });
    });
  };
  loadLength(f, length, size);
  f.set(left);
  if (together > 1) run(together);
  run(1);
  restored.forEach((local, at) => {
    f.get(kept[at] as Local);
    f.set(local);
  });
  f.release(left, ...kept);
}

/** Leaves the length at a place, clamped to 0 .. size. */
export function loadLength(f: FunctionBuilder, { local, offset }: Pointer, size: number): void {
  const length = f.local("i32");
  f.memory("i32.load", address(f, local, offset));
  f.tee(length);
  f.i32(size);
  f.get(length);
  f.i32(size);
  f.op("i32.lt_s");
  f.op("select");
  f.tee(length);
  f.i32(0);
  f.get(length);
  f.i32(0);
  f.op("i32.gt_s");
  f.op("select");
  f.release(length);
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
