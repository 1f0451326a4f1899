// Loads and stores of up to four entries at a constant stride.
import type { FunctionBuilder, Local } from "./assembler.ts";
import { address, elementBytes, type Place } from "./nest-cursors.ts";

/** Leaves entries 0 .. lanes - 1 in a v128; the other lanes are 0, or for stride 0 the same entry. */
export function loadLanes(f: FunctionBuilder, place: Place, stride: number, lanes: number): void {
  if (stride === 0) {
    const offset = address(f, place);
    f.memory("v128.load32_splat", offset);
  } else if (stride === 1) loadRun(f, place, lanes);
  else if (stride === -1 && lanes === 4) {
    const offset = address(f, { ...place, bytes: place.bytes - 3 * elementBytes });
    const forward = f.local("v128");
    f.memory("v128.load", offset);
    f.tee(forward);
    f.get(forward);
    f.shuffle([12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3]);
    f.release(forward);
  } else {
    const first = address(f, place);
    f.memory("v128.load32_zero", first);
    for (let lane = 1; lane < lanes; lane += 1) loadLane(f, place, lane, lane * stride);
  }
}

function loadRun(f: FunctionBuilder, place: Place, lanes: number): void {
  const offset = address(f, place);
  if (lanes === 4) f.memory("v128.load", offset);
  else if (lanes === 1) f.memory("v128.load32_zero", offset);
  else f.memory("v128.load64_zero", offset);
  if (lanes === 3) loadLane(f, place, 2, 2);
}

/** Puts the entry `by` elements beyond a place into a lane of the vector on the stack. */
function loadLane(f: FunctionBuilder, { local, bytes }: Place, lane: number, by: number): void {
  const vector = f.local("v128");
  f.set(vector);
  const offset = address(f, { local, bytes: bytes + by * elementBytes });
  f.get(vector);
  f.memoryLane("v128.load32_lane", lane, offset);
  f.release(vector);
}

/** Stores entries 0 .. lanes - 1; for stride 0 the last of them stays. */
export function storeLanes(f: FunctionBuilder, { local, bytes }: Place, value: Local, stride: number, lanes: number): void {
  const part = (by: number, write: (offset: number) => void): void => {
    const offset = address(f, { local, bytes: bytes + by * elementBytes });
    f.get(value);
    write(offset);
  };
  const lane = (at: number): void => part(at * stride, (offset) => f.memoryLane("v128.store32_lane", at, offset));
  if (stride === 1 && lanes === 4) part(0, (offset) => f.memory("v128.store", offset));
  else if (stride === 1 && lanes > 1) {
    part(0, (offset) => f.memoryLane("v128.store64_lane", 0, offset));
    if (lanes === 3) lane(2);
  } else if (stride === -1 && lanes === 4) {
    const reversed = f.local("v128");
    f.get(value);
    f.get(value);
    f.shuffle([12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3]);
    f.set(reversed);
    const offset = address(f, { local, bytes: bytes - 3 * elementBytes });
    f.get(reversed);
    f.memory("v128.store", offset);
    f.release(reversed);
  } else for (let at = 0; at < lanes; at += 1) lane(at);
}
