// What becomes of a tile's sums: the body for every vector, and its stores, combined over rows or columns where a store does
// not change along them.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { inPairs } from "../in-pairs.ts";
import { clampedBytes } from "../nest-index.ts";
import type { Opcode } from "../opcodes.ts";
import type { ContractionPlan } from "./plan.ts";
import type { ProductInstruction, ProductStore } from "./product.ts";
import type { Sums } from "./sums.ts";
import type { Pointer } from "./terms.ts";
import type { ColumnVector, Tile } from "./tiles.ts";
import type { TileValues } from "./values.ts";
import { address, elementBytes, type Walker } from "./walker.ts";

/** A place in memory: what its offset is from, and the offset. */
interface Target {
  readonly pointer: Local;
  readonly offset: number;
}

interface WholeVector {
  readonly store: ProductStore;
  readonly value: Local;
  readonly target: Target;
}

export function storeTile(
  f: FunctionBuilder,
  {
    plan,
    walker,
    values,
    tile,
    sums,
  }: {
    readonly plan: ContractionPlan;
    readonly walker: Walker;
    readonly values: TileValues;
    readonly tile: Tile;
    readonly sums: Sums;
  },
): void {
  const { product, row, column } = plan;
  const along = ({ place }: ProductStore, loop: number | undefined): number =>
    loop === undefined ? 0 : (place.strides[loop] as number);
  const pointers = new Map(
    product.stores.map((store) => [store, walker.pointer({ ...store.place, moved: store.index?.stride ?? 0 })]),
  );
  const targetOf = (store: ProductStore, line: number, { start }: ColumnVector): Target => {
    const { local, offset } = pointers.get(store) as Pointer;
    return { pointer: local, offset: offset + elementBytes * (line * along(store, row) + start * along(store, column)) };
  };
  /** Sums over rows (by store and vector) and over columns (by store and row), not yet in memory. */
  const overRows = new Map<string, { readonly store: ProductStore; readonly vector: ColumnVector; readonly local: Local }>();
  const overColumns = new Map<string, { readonly store: ProductStore; readonly line: number; readonly local: Local }>();

  const collect = (store: ProductStore, value: Local, into: Local | undefined): Local => {
    if (into === undefined) {
      const local = f.local("v128");
      f.get(value);
      f.set(local);
      return local;
    }
    f.get(into);
    f.get(value);
    f.op(combination(product.body, store));
    f.set(into);
    return into;
  };

  const cells = (store: ProductStore, line: number, pair: readonly ColumnVector[]): void => {
    const whole: WholeVector[] = [];
    for (const vector of pair) {
      const value = values.value(store.value, line, tile.vectors.indexOf(vector));
      const full = vector.first === 0 && vector.end === 4;
      const combined = store.mode !== "set";
      const target = targetOf(store, line, vector);
      if (combined && full && column !== undefined && along(store, column) === 0) {
        const lineKey = row !== undefined && along(store, row) === 0 ? 0 : line;
        const key = `${product.stores.indexOf(store)}:${lineKey}`;
        overColumns.set(key, { store, line: lineKey, local: collect(store, value, overColumns.get(key)?.local) });
      } else if (combined && full && row !== undefined && along(store, row) === 0 && along(store, column) === 1) {
        const key = `${product.stores.indexOf(store)}:${vector.start}`;
        overRows.set(key, { store, vector, local: collect(store, value, overRows.get(key)?.local) });
      } else if (full && along(store, column) === 1) whole.push({ store, value, target });
      else for (const lane of lanesToStore(store, vector)) oneLane(store, value, laneTarget(store, target, lane), lane);
    }
    wholeVectors(whole);
  };

  /** A value that is the same in all columns is set once. */
  const lanesToStore = (store: ProductStore, { first, end }: ColumnVector): readonly number[] =>
    store.mode === "set" && along(store, column) === 0 ? [first] : Array.from({ length: end - first }, (_, at) => first + at);

  const laneTarget = (store: ProductStore, { pointer, offset }: Target, lane: number): Target => ({
    pointer,
    offset: offset + elementBytes * lane * along(store, column),
  });

  /** All sums before the first store: what is stored of neighbours follows one another. */
  const wholeVectors = (whole: readonly WholeVector[]): void => {
    const summed = whole.map(({ store, value, target: { pointer, offset } }) => {
      if (store.mode === "set") return value;
      const sum = f.local("v128");
      f.memory("v128.load", address(f, pointer, offset));
      f.get(value);
      f.op(combination(product.body, store));
      f.set(sum);
      return sum;
    });
    whole.forEach(({ store, target: { pointer, offset } }, at) => {
      const shift = address(f, pointer, offset);
      f.get(summed[at] as Local);
      f.memory("v128.store", shift);
      if (store.mode !== "set") f.release(summed[at] as Local);
    });
  };

  const oneLane = (store: ProductStore, value: Local, { pointer, offset }: Target, lane: number): void => {
    const shift = address(f, pointer, offset);
    if (store.mode === "set") f.get(value);
    else {
      address(f, pointer, offset);
      f.get(value);
      f.memoryLane("v128.load32_lane", lane, shift);
      f.get(value);
      f.op(combination(product.body, store));
    }
    f.memoryLane("v128.store32_lane", lane, shift);
  };

  const indexed = (line: number, vector: ColumnVector): void => {
    const at = tile.vectors.indexOf(vector);
    const places = product.stores.map((store) => {
      if (store.index === undefined) return undefined;
      const index = values.value(store.index.value, line, at);
      const local = f.local("v128");
      clampedBytes(f, index, store.index.stride, store.index.size);
      f.set(local);
      return local;
    });
    for (let lane = vector.first; lane < vector.end; lane += 1) {
      product.stores.forEach((store, which) => {
        const value = values.value(store.value, line, at);
        const target = laneTarget(store, targetOf(store, line, vector), lane);
        const moved = places[which];
        if (moved === undefined) {
          oneLane(store, value, target, lane);
          return;
        }
        const pointer = f.local("i32");
        f.get(target.pointer);
        f.get(moved);
        f.lane("i32x4.extract_lane", lane);
        f.op("i32.add");
        f.set(pointer);
        oneLane(store, value, { pointer, offset: target.offset }, lane);
        f.release(pointer);
      });
    }
    f.release(...places.filter((local) => local !== undefined));
  };

  values.begin(tile, sums);
  for (const pair of inPairs(tile.vectors)) {
    for (let line = 0; line < tile.rows; line += 1) {
      // All values before any store: a store may be to where the body reads.
      for (const vector of pair) for (const { value } of product.stores) values.value(value, line, tile.vectors.indexOf(vector));
      if (product.ordered) for (const vector of pair) indexed(line, vector);
      else for (const store of product.stores) cells(store, line, pair);
      values.endCell();
    }
    wholeVectors(
      [...overRows.values()].map(({ store, vector, local }) => ({ store, value: local, target: targetOf(store, 0, vector) })),
    );
    f.release(...[...overRows.values()].map(({ local }) => local));
    overRows.clear();
    values.endVector();
  }
  for (const { store, line, local } of overColumns.values()) {
    const target = targetOf(store, line, tile.vectors[0] as ColumnVector);
    for (const lane of [0, 1, 2, 3]) oneLane(store, local, target, lane);
    f.release(local);
  }
  values.end();
}

/** How a store that adds or takes the maximum combines four lanes. */
function combination(body: readonly ProductInstruction[], { mode, value }: ProductStore): Opcode {
  const whole = body[value]?.dtype === "i32";
  if (mode === "max") return whole ? "i32x4.max_s" : "f32x4.max";
  return whole ? "i32x4.add" : "f32x4.add";
}
