// The values of a nest's body as code. Every value is a v128: element values hold successive entries of a row, row values
// four times the same. Each is computed once where it changes, and kept in a local as long as it stays.
import type { Instruction } from "../../loops/kernel.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { fusedSums } from "./fused-sums.ts";
import { loadLanes } from "./nest-access.ts";
import { type Apply, emitApply } from "./nest-apply.ts";
import type { Ahead, Cursor, Cursors } from "./nest-cursors.ts";
import { clampedBytes, gatherLanes } from "./nest-index.ts";
import type { Level } from "./nest-levels.ts";
import type { RowPlan } from "./nest-passes.ts";
import { randomValues } from "./nest-random.ts";
import type { LoopNest } from "./nest-shape.ts";

export type Lanes = 1 | 2 | 3 | 4;

/** Where code computes: up to four successive entries of one row. */
export interface Spot {
  /** From where the cursors stand to the first entry. */
  readonly ahead: Ahead;
  readonly lanes: Lanes;
  /** Which of the rows that run together. */
  readonly row: number;
  /** Which of the vectors that are written out side by side. */
  readonly half: 0 | 1;
  /** The first entry's number in the row, if the row is unrolled: it names kept values. */
  readonly column: number | undefined;
  readonly pass: number;
}

export interface NestValues {
  /** The value of an instruction; element values last until `clear`. */
  at(instruction: number, spot: Spot): Local;
  /** Row values that change with this loop and are known before this pass. */
  enter(loop: number, pass: number, rows: number): void;
  /** Forgets the values that `enter` and `set` made for this loop. */
  leave(loop: number): void;
  /** The result of a reduction. */
  set(instruction: number, value: Local): void;
  /** Hands an element value over to later passes. */
  keep(instruction: number, spot: Spot): void;
  /** Forgets element values. */
  clear(): void;
  /** Leaves the numbers of the entries in their row. */
  columns(spot: Spot): void;
  /** The pointer of an access that a row value moves. */
  moved(key: string, row: number): Cursor | undefined;
}

export interface ValueContext {
  readonly nest: LoopNest;
  readonly levels: readonly Level[];
  readonly plan: RowPlan;
  readonly cursors: Cursors;
  /** The number of a loop's iteration where the cursors stand; undefined: 0. */
  loopNumber(loop: number): Local | undefined;
}

/** What an index moves: a lookup of the body, or a store. */
interface Follower {
  readonly key: string;
  readonly index: number;
  readonly stride: number;
  readonly size: number;
  readonly access: { readonly buffer: number; readonly offset: number; readonly strides: readonly number[] };
}

export const followerKey = (kind: "lookup" | "store", at: number): string => `${kind} ${at}`;

export function nestValues(f: FunctionBuilder, context: ValueContext): NestValues {
  const { nest, levels, plan, cursors } = context;
  const { sizes, body, stores } = nest;
  const last = sizes.length - 1;
  const lasting = new Map<string, Local>();
  const kept = new Map<string, Local>();
  const vector = [new Map<string, Local>(), new Map<string, Local>()] as const;
  const pointers = new Map<string, Cursor>();
  const levelOf = (at: number): Level => levels[at] as Level;
  const fused = fusedSums(nest, (product, sum) => {
    const alike = levelOf(product).element && levelOf(product).byRow === levelOf(sum).byRow;
    return alike && !plan.kept.has(product);
  });
  const nowhere: Ahead = sizes.map(() => 0);

  const followers = [
    ...body.map((instruction, at) => instruction.op === "lookup" && { ...instruction, key: followerKey("lookup", at) }),
    ...stores.map(({ access, index }, at) => index && { ...index, index: index.value, access, key: followerKey("store", at) }),
  ].filter((follower): follower is Follower & Exclude<typeof follower, false | undefined> => {
    return follower !== false && follower !== undefined && !levelOf(follower.index).element;
  });

  const rowKey = (at: number, row: number): string => `${at}:${levelOf(at).byRow ? row : 0}`;
  const keptKey = (at: number, spot: Spot): string => `${at}:${spot.column}`;

  const read = (at: number, spot: Spot): Local => {
    const key = rowKey(at, spot.row);
    if (!levelOf(at).element) {
      const found = lasting.get(key);
      if (found === undefined) throw new RangeError(`row value ${at} is read before it is computed`);
      return found;
    }
    const half = vector[spot.half];
    const found = half.get(key) ?? kept.get(keptKey(at, spot));
    if (found !== undefined) return found;
    const made = compute(at, spot);
    half.set(key, made);
    return made;
  };

  const compute = (at: number, spot: Spot): Local => {
    const instruction = body[at] as Instruction;
    const place = plan.kept.get(at);
    if (place?.at !== undefined && place.home < spot.pass && spot.pass <= place.until) {
      loadLanes(f, cursors.place(place.at.access, spot.ahead), 1, spot.lanes);
    } else emit(instruction, at, spot);
    const local = f.local("v128");
    f.set(local);
    return local;
  };

  const emit = (instruction: Instruction, at: number, spot: Spot): void => {
    switch (instruction.op) {
      case "constant":
        if (instruction.dtype === "i32") f.i32x4(instruction.value);
        else f.f32x4(instruction.value);
        return;
      case "index":
        iterationNumber(instruction.loop, spot);
        return;
      case "load":
        loadLanes(f, cursors.place(instruction.access, spot.ahead), instruction.access.strides[last] as number, spot.lanes);
        return;
      case "lookup":
        lookup(instruction, at, spot);
        return;
      case "apply":
        apply(instruction, at, spot);
        return;
      case "random":
        random.emit(instruction, at, spot);
        return;
      case "reduce":
        repeated(instruction, spot);
        return;
      case "product":
        throw new RangeError("a nest has no product");
    }
  };

  const iterationNumber = (loop: number, { ahead }: Spot): void => {
    const counter = context.loopNumber(loop);
    const plus = ahead[loop] as number;
    const step = loop === last ? 1 : 0;
    if (counter === undefined) f.i32x4Steps(plus, step);
    else {
      f.get(counter);
      f.op("i32x4.splat");
      if (plus === 0 && step === 0) return;
      f.i32x4Steps(plus, step);
      f.op("i32x4.add");
    }
  };

  const apply = (instruction: Apply, at: number, spot: Spot): void => {
    const sum = fused.get(at);
    if (sum === undefined) emitApply(f, instruction, body, (input) => read(input, spot));
    else {
      const [a, b, c] = sum.map((input) => read(input, spot)) as [Local, Local, Local];
      f.multiplyAdd(
        () => f.get(a),
        () => f.get(b),
        () => f.get(c),
      );
    }
  };

  const lookup = (instruction: Extract<Instruction, { op: "lookup" }>, at: number, spot: Spot): void => {
    const { access, index, stride, size } = instruction;
    const pointer = pointers.get(`${followerKey("lookup", at)}:${spot.row}`);
    if (pointer !== undefined) {
      loadLanes(f, cursors.place(access, spot.ahead, pointer), access.strides[last] as number, spot.lanes);
      return;
    }
    const bytes = f.local("v128");
    clampedBytes(f, read(index, spot), stride, size);
    f.set(bytes);
    gatherLanes(f, cursors.place(access, spot.ahead), bytes, access.strides[last] as number, spot.lanes);
    f.release(bytes);
  };

  /** The reduction of a row of equal entries. */
  const repeated = ({ name, input, dtype }: Extract<Instruction, { op: "reduce" }>, spot: Spot): void => {
    const size = sizes[last] as number;
    if (name === "argmax") f.i32x4(0);
    else f.get(read(input, spot));
    if (name !== "sum" || size === 1) return;
    if (dtype === "i32") f.i32x4(size);
    else f.f32x4(size);
    f.op(dtype === "i32" ? "i32x4.mul" : "f32x4.mul");
  };

  const spotOfRow = (row: number, pass: number): Spot => {
    const ahead = row === 0 ? nowhere : nowhere.map((_, loop) => (loop === last - 1 ? row : 0));
    return { ahead, lanes: 4, row, half: 0, column: undefined, pass };
  };

  const follow = ({ key, index, stride, size, access }: Follower, row: number): void => {
    clampedBytes(f, read(index, spotOfRow(row, 0)), stride, size);
    f.lane("i32x4.extract_lane", 0);
    pointers.set(`${key}:${row}`, cursors.follow(access));
  };

  const random = randomValues(f, {
    last,
    cursors,
    read,
    readOnce: (at) => read(at, spotOfRow(0, 0)),
    loopOf: (at) => levelOf(at).loop,
  });

  const isDue = (at: number, loop: number, pass: number): boolean => {
    const level = levelOf(at);
    return !level.element && level.loop === loop && level.pass === pass;
  };

  return {
    at: read,
    enter(loop, pass, rows) {
      const due = followers.filter(({ index }) => loop === last - 1 && levelOf(index).pass === pass);
      // A lookup of a row value is itself a row value that others may read: pointers come as soon as their index is there.
      const followFrom = (at: number): void => {
        for (const follower of due) {
          if (follower.index !== at) continue;
          for (let row = 0; row < rows; row += 1) if (!pointers.has(`${follower.key}:${row}`)) follow(follower, row);
        }
      };
      for (const { index } of due) if (lasting.has(rowKey(index, 0))) followFrom(index);
      body.forEach((instruction, at) => {
        if (!isDue(at, loop, pass)) return;
        if (instruction.op === "reduce" && levelOf(instruction.input).element) return;
        for (let row = 0; row < (levelOf(at).byRow ? rows : 1); row += 1) {
          const key = rowKey(at, row);
          if (!lasting.has(key)) lasting.set(key, compute(at, spotOfRow(row, pass)));
        }
        followFrom(at);
      });
      body.forEach((instruction, at) => {
        if (instruction.op !== "random") return;
        const inputs = [instruction.seed, instruction.step];
        if (inputs.every((input) => lasting.has(rowKey(input, 0)))) random.prepare(instruction, at);
      });
    },
    leave(loop) {
      for (const [key, local] of lasting) {
        if (levelOf(Number.parseInt(key, 10)).loop !== loop) continue;
        f.release(local);
        lasting.delete(key);
      }
      random.leave(loop);
      if (loop !== last - 1) return;
      for (const local of kept.values()) f.release(local);
      kept.clear();
      for (const pointer of pointers.values()) cursors.leave(pointer);
      pointers.clear();
    },
    set(instruction, value) {
      lasting.set(rowKey(instruction, 0), value);
    },
    keep(instruction, spot) {
      const key = rowKey(instruction, spot.row);
      const local = read(instruction, spot);
      vector[spot.half].delete(key);
      kept.set(keptKey(instruction, spot), local);
    },
    clear() {
      for (const half of vector) {
        f.release(...half.values());
        half.clear();
      }
    },
    columns: (spot) => iterationNumber(last, spot),
    moved: (key, row) => pointers.get(`${key}:${row}`),
  };
}
