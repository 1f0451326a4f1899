// Pointers that walk with the loops: one local for each operand and way of walking it, moved by constants as loops advance.
// What differs only by a constant shares a local and says so in the offsets of its loads and stores.
import type { FunctionBuilder, Local } from "../assembler.ts";

export const elementBytes = 4;

/** A local that holds start + Σ index[loop] · strides[loop]. */
interface Cursor {
  readonly local: Local;
  readonly strides: readonly number[];
}

/** An access: the operand's parameter, offset and strides in elements. `moved` is what an index moves it by, times the index. */
interface Walked {
  readonly operand: number;
  readonly offset: number;
  readonly strides: readonly number[];
  readonly moved?: number;
}

export interface Walker {
  /** Where an access is while the loops run: what the local holds, and a number of bytes more. */
  pointer(access: Walked): { readonly local: Local; readonly offset: number };
  /** A number that starts at 0 and grows by strides[loop] with each iteration. */
  counter(strides: readonly number[]): Local;
  /** Code that moves all pointers and counters by that many iterations of a loop; all must have been asked for before. */
  advance(loop: number, iterations: number): void;
}

/** Pointers and counters are asked for at the start of the function, before any loop. */
export function walker(f: FunctionBuilder): Walker {
  const cursors = new Map<string, Cursor>();
  const cursorOf = (key: string, strides: readonly number[], start: () => void): Local => {
    const found = cursors.get(key);
    if (found !== undefined) return found.local;
    const local = f.local("i32");
    start();
    f.set(local);
    cursors.set(key, { local, strides });
    return local;
  };
  return {
    pointer({ operand, offset, strides, moved = 0 }) {
      const start = f.params[operand] as Local;
      // What walks backwards starts from its offset: a pointer before the memory's start cannot have one.
      const backwards = moved < 0 || strides.some((stride) => stride < 0);
      const [inside, outside] = backwards ? [offset * elementBytes, 0] : [0, offset * elementBytes];
      if (inside === 0 && strides.every((stride) => stride === 0)) return { local: start, offset: outside };
      const scaled = strides.map((stride) => stride * elementBytes);
      const local = cursorOf(`${operand}:${inside}:${strides.join()}`, scaled, () => {
        f.get(start);
        if (inside === 0) return;
        f.i32(inside);
        f.op("i32.add");
      });
      return { local, offset: outside };
    },
    counter: (strides) => cursorOf(`counter:${strides.join()}`, strides, () => f.i32(0)),
    advance(loop, iterations) {
      for (const { local, strides } of cursors.values()) move(f, local, (strides[loop] ?? 0) * iterations);
    },
  };
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

/** Runs the body while what `at` holds is less than what `end` holds, and less than `most`. The body moves `at` on. */
export function whileBelow(f: FunctionBuilder, at: Local, end: Local, most: number, body: () => void): void {
  f.block((done) => {
    f.loop((again) => {
      f.get(at);
      f.get(end);
      f.op("i32.ge_s");
      f.branchIf(done);
      f.get(at);
      f.i32(most);
      f.op("i32.ge_s");
      f.branchIf(done);
      body();
      f.branch(again);
    });
  });
}

export function ifBelow(f: FunctionBuilder, at: Local, end: Local, body: () => void): void {
  f.get(at);
  f.get(end);
  f.op("i32.lt_s");
  f.if(body);
}
