// Places that whole numbers of the body give: lookups, scattered stores, the counters of random numbers.
import type { FunctionBuilder, Local } from "./assembler.ts";
import { address, elementBytes, type Place } from "./nest-cursors.ts";

/** Leaves the bytes by which an index moves a place: clamped to 0 .. size - 1, times the stride in elements. */
export function clampedBytes(f: FunctionBuilder, index: Local, stride: number, size: number): void {
  f.get(index);
  f.i32x4(0);
  f.op("i32x4.max_s");
  f.i32x4(size - 1);
  f.op("i32x4.min_s");
  f.i32x4(elementBytes * stride);
  f.op("i32x4.mul");
}

/** Leaves the entries at `stride` from a place, each moved by its own number of bytes. */
export function gatherLanes(
  f: FunctionBuilder,
  { local, bytes: start }: Place,
  moved: Local,
  stride: number,
  lanes: number,
): void {
  const result = f.local("v128");
  f.f32x4(0);
  f.set(result);
  for (let lane = 0; lane < lanes; lane += 1) {
    const offset = address(f, { local, bytes: start + lane * stride * elementBytes });
    f.get(moved);
    f.lane("i32x4.extract_lane", lane);
    f.op("i32.add");
    f.get(result);
    f.memoryLane("v128.load32_lane", lane, offset);
    f.set(result);
  }
  f.get(result);
  f.release(result);
}

/** The numbers of four successive entries in a local of the caller's: a count, plus `from` where there is one. */
export function counterLanes(
  f: FunctionBuilder,
  {
    count,
    stride,
    from,
  }: {
    readonly count: Place;
    readonly stride: number;
    readonly from: Local | undefined;
  },
): Local {
  const counter = f.local("v128");
  f.get(count.local);
  f.op("i32x4.splat");
  if (count.bytes !== 0 || stride !== 0) {
    f.i32x4Steps(count.bytes, stride);
    f.op("i32x4.add");
  }
  if (from !== undefined) {
    f.get(from);
    f.op("i32x4.add");
  }
  f.set(counter);
  return counter;
}
