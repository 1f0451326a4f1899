// The stores of a nest: whole vectors where successive entries lie side by side, lanes one by one where they are scattered,
// once a row where the value is the row's.
import type { FunctionBuilder, Local } from "./assembler.ts";
import { loadLanes, storeLanes } from "./nest-access.ts";
import { address, type Cursors, type Place } from "./nest-cursors.ts";
import { clampedBytes } from "./nest-index.ts";
import type { LoopNest, NestStore } from "./nest-shape.ts";
import { followerKey, type NestValues, type Spot } from "./nest-values.ts";
import type { Opcode } from "./opcodes.ts";

export interface StoreContext {
  readonly nest: LoopNest;
  readonly cursors: Cursors;
  readonly values: NestValues;
}

/**
 * Makes a store at the same columns of one or several rows; the values are computed already. Spots by vector, then row: vectors lie
 * side by side, and what is stored of them follows one another.
 */
export function storeEntries(
  f: FunctionBuilder,
  context: StoreContext,
  store: NestStore,
  vectors: readonly (readonly Spot[])[],
): void {
  const { nest, values } = context;
  const last = nest.sizes.length - 1;
  const stride = store.access.strides[last] as number;
  const rowStride = last > 0 ? (store.access.strides[last - 1] as number) : 0;
  const rows = vectors[0]?.length ?? 0;
  if (store.mode === "set" || rows === 1 || rowStride !== 0 || stride !== 1) {
    for (let row = 0; row < rows; row += 1) {
      const beside = vectors.map((spots) => spots[row] as Spot);
      storeBeside(
        f,
        context,
        store,
        beside.map((spot) => ({ spot, value: values.at(store.value, spot) })),
      );
    }
    return;
  }
  const totals = vectors.map((spots) => {
    const total = f.local("v128");
    spots.forEach((spot, row) => {
      f.get(values.at(store.value, spot));
      if (row > 0) f.op(combination(nest, store));
    });
    f.set(total);
    return { spot: spots[0] as Spot, value: total };
  });
  storeBeside(f, context, store, totals);
  f.release(...totals.map(({ value }) => value));
}

interface Entry {
  readonly spot: Spot;
  readonly value: Local;
}

function storeBeside(f: FunctionBuilder, context: StoreContext, store: NestStore, entries: readonly Entry[]): void {
  const { nest, cursors, values } = context;
  const stride = store.access.strides[nest.sizes.length - 1] as number;
  const { index } = store;
  const key = followerKey("store", nest.stores.indexOf(store));
  if (index !== undefined && entries.some(({ spot }) => values.moved(key, spot.row) === undefined)) {
    for (const { value, spot } of entries) {
      const bytes = f.local("v128");
      clampedBytes(f, values.at(index.value, spot), index.stride, index.size);
      f.set(bytes);
      scatter(f, context, store, { value, spot, bytes });
      f.release(bytes);
    }
    return;
  }
  const placed = entries.map(({ spot, value }) => {
    const place = cursors.place(store.access, spot.ahead, values.moved(key, spot.row));
    return { place, value, lanes: spot.lanes };
  });
  if (store.mode === "set") {
    for (const { place, value, lanes } of placed) storeLanes(f, place, value, stride, lanes);
    return;
  }
  const sums = placed.map(({ place, value, lanes }) => {
    const sum = f.local("v128");
    loadLanes(f, place, stride, lanes);
    f.get(value);
    f.op(combination(nest, store));
    f.set(sum);
    return { place, lanes, sum };
  });
  for (const { place, sum, lanes } of sums) storeLanes(f, place, sum, stride, lanes);
  f.release(...sums.map(({ sum }) => sum));
}

/** Lane after lane, each at the place that its own index gives. */
function scatter(
  f: FunctionBuilder,
  { nest, cursors }: StoreContext,
  store: NestStore,
  { value, spot, bytes }: { readonly value: Local; readonly spot: Spot; readonly bytes: Local },
): void {
  const last = nest.sizes.length - 1;
  const [target, sum] = [f.local("i32"), f.local("v128")];
  for (let lane = 0; lane < spot.lanes; lane += 1) {
    const ahead = spot.ahead.map((iterations, loop) => iterations + (loop === last ? lane : 0));
    const offset = address(f, cursors.place(store.access, ahead));
    f.get(bytes);
    f.lane("i32x4.extract_lane", lane);
    f.op("i32.add");
    f.set(target);
    const place: Place = { local: target, bytes: offset };
    if (store.mode === "set") {
      address(f, place);
      f.get(value);
    } else {
      address(f, place);
      f.memory("v128.load32_splat", offset);
      f.get(value);
      f.op(combination(nest, store));
      f.set(sum);
      address(f, place);
      f.get(sum);
    }
    f.memoryLane("v128.store32_lane", lane, offset);
  }
  f.release(target, sum);
}

/** A store of a row value, once. */
export function storeRow(f: FunctionBuilder, context: StoreContext, store: NestStore, spot: Spot): void {
  storeBeside(f, context, store, [{ value: context.values.at(store.value, spot), spot: { ...spot, lanes: 1 } }]);
}

/** How a store that adds or takes the maximum combines four lanes. */
function combination({ body }: LoopNest, { mode, value }: NestStore): Opcode {
  const whole = body[value]?.dtype === "i32";
  if (mode === "max") return whole ? "i32x4.max_s" : "f32x4.max";
  return whole ? "i32x4.add" : "f32x4.add";
}
