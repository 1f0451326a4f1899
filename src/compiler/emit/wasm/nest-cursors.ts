// Pointers and counters that walk with the loops of a nest: one local for each operand and way of walking it. Accesses that
// differ by a constant share a local and say so in the offsets of their loads and stores.
import type { Access } from "../../loops/kernel.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";

export const elementBytes = 4;

/** Iterations beyond those that the cursors stand at, one number a loop. */
export type Ahead = readonly number[];

interface Cursor {
  readonly local: Local;
  /** What an iteration of each loop adds: bytes, or for a counter its own unit. */
  readonly steps: readonly number[];
  /** How far the local is beyond where the loops are: a pass over a row leaves it at the row's end. */
  beyond: number;
  used: boolean;
}

/** An address: what the local holds plus a number of bytes, perhaps negative. */
export interface Place {
  readonly local: Local;
  readonly bytes: number;
}

export interface Cursors {
  /** The address of an access; `row`, if there is one, is the pointer that an index has moved (`follow`). */
  place(access: Access, ahead: Ahead, row?: Cursor): Place;
  /** A counter's value is that of the local plus `bytes`. */
  count(strides: readonly number[], ahead: Ahead): Place;
  /** A pointer of this row alone: where the access stands, moved by what is on the stack, in bytes. Give it back by `leave`. */
  follow(access: Access): Cursor;
  leave(cursor: Cursor): void;
  /** Moves all cursors back to where the loops are. */
  settle(): void;
  /** Code of the innermost loop's body, then what moves the cursors that it used by that many iterations. */
  step(loop: number, iterations: number, body: () => void): void;
  /** Moves all cursors to the next iteration of an outer loop. */
  advance(loop: number, iterations: number): void;
  /** Notes, after a loop, that it has moved the cursors by that many iterations: the loop around it stands where it stood. */
  passed(loop: number, iterations: number): void;
}

export type { Cursor };

export interface CursorPlan {
  readonly accesses: readonly Access[];
  readonly counters: readonly (readonly number[])[];
  operandOf(access: Access): number;
}

/** Writes the code that sets all cursors to the first iterations. */
export function cursors(f: FunctionBuilder, { accesses, counters, operandOf }: CursorPlan): Cursors {
  const all = new Map<string, Cursor>();
  const lowest = new Map<string, number>();
  const followers = new Set<Cursor>();
  const keyOf = (access: Access): string => `${operandOf(access)}:${access.strides.join()}`;
  const countKey = (strides: readonly number[]): string => `counter:${strides.join()}`;

  for (const access of accesses) {
    const key = keyOf(access);
    lowest.set(key, Math.min(lowest.get(key) ?? access.offset, access.offset));
  }
  for (const access of accesses) {
    const key = keyOf(access);
    if (all.has(key)) continue;
    const local = f.local("i32");
    f.get(f.params[operandOf(access)] as Local);
    push(f, (lowest.get(key) as number) * elementBytes);
    f.set(local);
    all.set(key, { local, steps: access.strides.map((stride) => stride * elementBytes), beyond: 0, used: false });
  }
  for (const strides of counters) {
    if (all.has(countKey(strides))) continue;
    const local = f.local("i32");
    f.i32(0);
    f.set(local);
    all.set(countKey(strides), { local, steps: strides, beyond: 0, used: false });
  }

  const found = (key: string): Cursor => {
    const cursor = all.get(key);
    if (cursor === undefined) throw new RangeError("an access of the nest was not announced");
    return cursor;
  };
  const distance = ({ steps, beyond }: Cursor, ahead: Ahead): number =>
    ahead.reduce((total, iterations, loop) => total + iterations * (steps[loop] as number), -beyond);
  const everyone = (): Cursor[] => [...all.values(), ...followers];
  const move = (cursor: Cursor, by: number): void => {
    if (by === 0) return;
    f.get(cursor.local);
    push(f, by);
    f.set(cursor.local);
  };

  return {
    place(access, ahead, row) {
      const key = keyOf(access);
      const cursor = row ?? found(key);
      cursor.used = true;
      return {
        local: cursor.local,
        bytes: (access.offset - (lowest.get(key) as number)) * elementBytes + distance(cursor, ahead),
      };
    },
    count(strides, ahead) {
      const cursor = found(countKey(strides));
      cursor.used = true;
      return { local: cursor.local, bytes: distance(cursor, ahead) };
    },
    follow(access) {
      const { local: from, steps, beyond } = found(keyOf(access));
      const local = f.local("i32");
      f.get(from);
      f.op("i32.add");
      f.set(local);
      const cursor = { local, steps, beyond, used: false };
      followers.add(cursor);
      return cursor;
    },
    leave(cursor) {
      followers.delete(cursor);
      f.release(cursor.local);
    },
    settle() {
      for (const cursor of everyone()) {
        move(cursor, -cursor.beyond);
        cursor.beyond = 0;
      }
    },
    step(loop, iterations, body) {
      for (const cursor of everyone()) cursor.used = false;
      body();
      for (const cursor of everyone()) if (cursor.used) move(cursor, (cursor.steps[loop] as number) * iterations);
    },
    advance(loop, iterations) {
      for (const cursor of all.values()) {
        move(cursor, (cursor.steps[loop] as number) * iterations - cursor.beyond);
        cursor.beyond = 0;
        cursor.used = true;
      }
    },
    passed(loop, iterations) {
      for (const cursor of everyone()) if (cursor.used) cursor.beyond += (cursor.steps[loop] as number) * iterations;
    },
  };
}

function push(f: FunctionBuilder, plus: number): void {
  if (plus === 0) return;
  f.i32(plus);
  f.op("i32.add");
}

/** Leaves an address on the stack and gives the offset for the instruction that uses it: offsets have no sign. */
export function address(f: FunctionBuilder, { local, bytes }: Place): number {
  f.get(local);
  if (bytes >= 0) return bytes;
  push(f, bytes);
  return 0;
}
