// Pointers that walk with the loops: one local for each operand and way of walking it, moved by constants as loops advance.
// What differs only by a constant shares a local and says so in the offsets of its loads and stores.
import type { FunctionBuilder, Local } from "../assembler.ts";

export const elementBytes = 4;

/** A local that holds start + Σ index[loop] · strides[loop]. */
interface Cursor {
  readonly local: Local;
  readonly strides: readonly number[];
}

export interface Walker {
  /** A pointer in bytes, from the operand's address; `strides` in elements. */
  pointer(operand: number, strides: readonly number[]): Local;
  /** A number that starts at 0 and grows by strides[loop] with each iteration. */
  counter(strides: readonly number[]): Local;
  /** Code that moves all pointers and counters by that many iterations of a loop; all must have been asked for before. */
  advance(loop: number, iterations: number): void;
}

/** Pointers and counters are asked for at the start of the function, before any loop. */
export function walker(f: FunctionBuilder): Walker {
  const cursors = new Map<string, Cursor>();
  const cursorOf = (key: string, strides: readonly number[], make: () => Local): Local => {
    const found = cursors.get(key) ?? { local: make(), strides };
    cursors.set(key, found);
    return found.local;
  };
  return {
    pointer(operand, strides) {
      const start = f.params[operand] as Local;
      if (strides.every((stride) => stride === 0)) return start;
      const scaled = strides.map((stride) => stride * elementBytes);
      return cursorOf(`${operand}:${strides.join()}`, scaled, () => copied(f, start));
    },
    counter(strides) {
      return cursorOf(`counter:${strides.join()}`, strides, () => {
        const local = f.local("i32");
        f.i32(0);
        f.set(local);
        return local;
      });
    },
    advance(loop, iterations) {
      for (const { local, strides } of cursors.values()) move(f, local, (strides[loop] ?? 0) * iterations);
    },
  };
}

function copied(f: FunctionBuilder, from: Local): Local {
  const local = f.local("i32");
  f.get(from);
  f.set(local);
  return local;
}

export function move(f: FunctionBuilder, local: Local, by: number): void {
  if (by === 0) return;
  f.get(local);
  f.i32(by);
  f.op("i32.add");
  f.set(local);
}

/** Leaves an address on the stack and gives the offset for the instruction that uses it: offsets have no sign. */
export function address(f: FunctionBuilder, local: Local, bytes: number): number {
  f.get(local);
  if (bytes >= 0) return bytes;
  f.i32(bytes);
  f.op("i32.add");
  return 0;
}

/** Runs the body that many times. */
export function repeat(f: FunctionBuilder, times: number, body: () => void): void {
  if (times === 1) body();
  if (times <= 1) return;
  const left = f.local("i32");
  f.i32(times);
  f.set(left);
  f.loop((label) => {
    body();
    f.get(left);
    f.i32(1);
    f.op("i32.sub");
    f.tee(left);
    f.branchIf(label);
  });
  f.release(left);
}
