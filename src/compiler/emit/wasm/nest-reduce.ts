// Reductions along a row: partial results in the lanes of one or several accumulators, brought together at the row's end. The
// order depends on the row's length alone.
import type { Instruction } from "../../loops/kernel.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import type { Opcode } from "./opcodes.ts";

type Reduce = Extract<Instruction, { op: "reduce" }>;

export interface Reduction {
  /** Takes in up to four entries; `columns` leaves their numbers in the row, `slot` counts the vectors. */
  take(entries: Local, lanes: number, slot: number, columns: () => void): void;
  /** The result in all four lanes, a local of the caller's. */
  finish(): Local;
}

export interface ReductionOptions {
  /** How many accumulators there are. */
  readonly slots: number;
  /** Whether `take` stands in a loop: then the accumulators must hold something before it. */
  readonly looped: boolean;
  /** All bits set in the lanes of the row's last entries, where they do not fill a vector. */
  readonly tail: Local | undefined;
}

const smallest = -(2 ** 31);

export function reduction(f: FunctionBuilder, instruction: Reduce, options: ReductionOptions): Reduction {
  if (instruction.name === "argmax") return argmax(f, options);
  if (instruction.name === "max" && instruction.dtype === "f32") return maximum(f, options);
  return simple(f, instruction, options);
}

/** Sums, and the largest of whole numbers. */
function simple(f: FunctionBuilder, { name, dtype }: Reduce, { slots, looped, tail }: ReductionOptions): Reduction {
  const combine: Opcode = name === "max" ? "i32x4.max_s" : dtype === "i32" ? "i32x4.add" : "f32x4.add";
  const neutral = (): void => f.i32x4(name === "max" ? smallest : 0);
  const partial = accumulators(f, slots, looped ? neutral : undefined);
  return {
    take(entries, lanes, slot) {
      const own = partial.at(slot);
      if (own.holds) f.get(own.local);
      masked(f, entries, lanes < 4 ? tail : undefined, neutral);
      if (own.holds) f.op(combine);
      f.set(own.local);
    },
    finish() {
      const total = partial.together((into, other) => {
        f.get(into);
        f.get(other);
        f.op(combine);
        f.set(into);
      });
      acrossLanes(f, total, combine);
      return total;
    },
  };
}

/**
 * The largest number, or not a number where one of the entries is none. `f32x4.max` is slow where the machine's own maximum
 * forgets what is not a number, so that is noted apart.
 */
function maximum(f: FunctionBuilder, { slots, looped, tail }: ReductionOptions): Reduction {
  const lowest = (): void => f.f32x4(Number.NEGATIVE_INFINITY);
  const partial = accumulators(f, slots, looped ? lowest : undefined);
  const odd = f.local("v128");
  f.i32x4(0);
  f.set(odd);
  return {
    take(entries, lanes, slot) {
      let own = entries;
      if (lanes < 4) {
        own = f.local("v128");
        masked(f, entries, tail, lowest);
        f.set(own);
      }
      const { local, holds } = partial.at(slot);
      f.get(own);
      if (holds) {
        f.get(local);
        f.op("f32x4.pmax");
      }
      f.set(local);
      f.get(odd);
      f.get(own);
      f.get(own);
      f.op("f32x4.ne");
      f.op("v128.or");
      f.set(odd);
      if (own !== entries) f.release(own);
    },
    finish() {
      const total = partial.together((into, other) => {
        f.get(into);
        f.get(other);
        f.op("f32x4.pmax");
        f.set(into);
      });
      acrossLanes(f, total, "f32x4.pmax");
      f.get(total);
      f.i32(0);
      f.get(odd);
      f.op("v128.any_true");
      f.op("i32.sub");
      f.op("i32x4.splat");
      f.op("v128.or");
      f.set(total);
      f.release(odd);
      return total;
    },
  };
}

/** The number of the first largest entry. */
function argmax(f: FunctionBuilder, { tail }: ReductionOptions): Reduction {
  const lowest = (): void => f.f32x4(Number.NEGATIVE_INFINITY);
  const [best, place] = [f.local("v128"), f.local("v128")];
  lowest();
  f.set(best);
  f.i32x4(0);
  f.set(place);
  return {
    take(entries, lanes, _slot, columns) {
      const [own, larger] = [f.local("v128"), f.local("v128")];
      masked(f, entries, lanes < 4 ? tail : undefined, lowest);
      f.tee(own);
      f.get(best);
      f.op("f32x4.gt");
      f.set(larger);
      columns();
      f.get(place);
      f.get(larger);
      f.op("v128.bitselect");
      f.set(place);
      f.get(own);
      f.get(best);
      f.get(larger);
      f.op("v128.bitselect");
      f.set(best);
      f.release(own, larger);
    },
    finish() {
      const most = f.local("v128");
      f.get(best);
      f.set(most);
      acrossLanes(f, most, "f32x4.pmax");
      // Of the lanes that hold the largest number the one that found it first.
      f.get(place);
      f.i32x4(-(smallest + 1));
      f.get(best);
      f.get(most);
      f.op("f32x4.eq");
      f.op("v128.bitselect");
      f.set(place);
      acrossLanes(f, place, "i32x4.min_s");
      f.release(best, most);
      return place;
    },
  };
}

/** Leaves the entries, those beyond the row's end replaced. */
function masked(f: FunctionBuilder, entries: Local, tail: Local | undefined, neutral: () => void): void {
  f.get(entries);
  if (tail === undefined) return;
  neutral();
  f.get(tail);
  f.op("v128.bitselect");
}

interface Accumulators {
  /** The local of the vector of this number, and whether it held something before. */
  at(number: number): { readonly local: Local; readonly holds: boolean };
  /** Combines all slots into the local that it returns, which is the caller's. */
  together(combine: (into: Local, other: Local) => void): Local;
}

function accumulators(f: FunctionBuilder, slots: number, start: (() => void) | undefined): Accumulators {
  const locals = new Map<number, Local>();
  if (start !== undefined) {
    for (let slot = 0; slot < slots; slot += 1) {
      const local = f.local("v128");
      start();
      f.set(local);
      locals.set(slot, local);
    }
  }
  return {
    at(number) {
      const slot = number % slots;
      const found = locals.get(slot);
      if (found !== undefined) return { local: found, holds: true };
      const local = f.local("v128");
      locals.set(slot, local);
      return { local, holds: false };
    },
    together(combine) {
      let rest = [...locals.values()];
      while (rest.length > 1) {
        const half = Math.ceil(rest.length / 2);
        for (let at = half; at < rest.length; at += 1) combine(rest[at - half] as Local, rest[at] as Local);
        f.release(...rest.slice(half));
        rest = rest.slice(0, half);
      }
      return rest[0] as Local;
    },
  };
}

/** Combines the four lanes; all of them hold the result. */
function acrossLanes(f: FunctionBuilder, local: Local, combine: Opcode): void {
  // Two neighbours that use it are one instruction only where the compiler sees that all lanes are equal.
  if (f.machine.wideVectors) {
    combineLanes(f, local, combine);
    f.get(local);
    f.lane("f32x4.extract_lane", 0);
    f.op("f32x4.splat");
    f.set(local);
  } else combineLanes(f, local, combine);
}

function combineLanes(f: FunctionBuilder, local: Local, combine: Opcode): void {
  for (const lanes of [[2, 3, 0, 1] as const, [1, 0, 3, 2] as const]) {
    f.get(local);
    f.get(local);
    f.get(local);
    f.shuffle(lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]));
    f.op(combine);
    f.set(local);
  }
}
