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

/** Makes a store at the same columns of one or several rows; the values are computed already. */
export function storeEntries(f: FunctionBuilder, context: StoreContext, store: NestStore, spots: readonly Spot[]): void {
  const { nest, values } = context;
  const last = nest.sizes.length - 1;
  const stride = store.access.strides[last] as number;
  const rowStride = last > 0 ? (store.access.strides[last - 1] as number) : 0;
  const first = spots[0] as Spot;
  if (store.mode === "set" || spots.length === 1 || rowStride !== 0 || stride !== 1) {
    for (const spot of spots) storeAt(f, context, store, values.at(store.value, spot), spot);
    return;
  }
  const total = f.local("v128");
  f.get(values.at(store.value, first));
  for (const spot of spots.slice(1)) {
    f.get(values.at(store.value, spot));
    f.op(combination(nest, store));
  }
  f.set(total);
  storeAt(f, context, store, total, first);
  f.release(total);
}

function storeAt(f: FunctionBuilder, context: StoreContext, store: NestStore, value: Local, spot: Spot): void {
  const { nest, cursors, values } = context;
  const stride = store.access.strides[nest.sizes.length - 1] as number;
  const { index } = store;
  const row = values.moved(followerKey("store", nest.stores.indexOf(store)), spot.row);
  if (index !== undefined && row === undefined) {
    const bytes = f.local("v128");
    clampedBytes(f, values.at(index.value, spot), index.stride, index.size);
    f.set(bytes);
    scatter(f, context, store, { value, spot, bytes });
    f.release(bytes);
    return;
  }
  const place = cursors.place(store.access, spot.ahead, row);
  if (store.mode === "set") {
    storeLanes(f, place, value, stride, spot.lanes);
    return;
  }
  const sum = f.local("v128");
  loadLanes(f, place, stride, spot.lanes);
  f.get(value);
  f.op(combination(nest, store));
  f.set(sum);
  storeLanes(f, place, sum, stride, spot.lanes);
  f.release(sum);
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
  storeAt(f, context, store, context.values.at(store.value, spot), { ...spot, lanes: 1 });
}

/** How a store that adds or takes the maximum combines four lanes. */
function combination({ body }: LoopNest, { mode, value }: NestStore): Opcode {
  const whole = body[value]?.dtype === "i32";
  if (mode === "max") return whole ? "i32x4.max_s" : "f32x4.max";
  return whole ? "i32x4.add" : "f32x4.add";
}
