// How many entries a chunk has: enough chunks to keep threads busy, few enough that copies of accumulated buffers stay small,
// and small enough that what one kernel writes is still in a core's cache when the next one reads it.
import type { Item } from "./items.ts";
import { totalCost } from "./items.ts";
import type { Registry } from "./registry.ts";
import type { View } from "./views.ts";

export interface Chunking {
  readonly entries: number;
  /** Nanoseconds of the segment, estimated as the mean over the thread counts that it is balanced for. */
  readonly time: number;
}

/** Balanced for these numbers of threads alike; a schedule never depends on how many there are. */
const threadCounts = [2, 4];
const callTime = 30;
const barrierTime = 2_000;
/** Nanoseconds to write and read again one byte of a copy. */
const copyTime = 0.2;
const cacheBytes = 1 << 20;
/** Share of time lost each time that what a kernel touches doubles beyond the cache. */
const missShare = 0.03;
const unevenShare = 0.01;
const mostChunks = 128;

export function chooseEntries(
  length: number,
  members: readonly Item[],
  views: ReadonlyMap<number, View>,
  registry: Registry,
): Chunking {
  const calls = callTime * members.length;
  const each = Math.max(totalCost(members) - calls, 0) / length;
  const touched = Math.max(...members.map((item) => slicedBytes(item, views, registry))) / length;
  let copied = 0;
  for (const [buffer, view] of views) if (view.kind === "partial") copied += 4 * registry.elements(buffer);
  const timeWith = (entries: number): number => {
    const chunks = Math.ceil(length / entries);
    const misses = missShare * Math.max(0, Math.log2((entries * touched) / cacheBytes));
    const uneven = length % entries === 0 ? 0 : unevenShare;
    const chunk = calls + entries * each * (1 + misses + uneven);
    const copies = chunks === 1 ? 0 : chunks * copied * copyTime;
    const times = threadCounts.map((threads) => Math.ceil(chunks / threads) * chunk + copies / threads + barrierTime);
    return times.reduce((sum, time) => sum + time, 0) / times.length;
  };
  let best: Chunking = { entries: length, time: timeWith(length) };
  for (let entries = length - 1; entries >= 1 && Math.ceil(length / entries) <= mostChunks; entries -= 1) {
    const time = timeWith(entries);
    if (time < best.time) best = { entries, time };
  }
  return best;
}

/** Bytes of the chunked buffers that a kernel touches, all entries together. */
function slicedBytes({ touches: { reads, writes } }: Item, views: ReadonlyMap<number, View>, registry: Registry): number {
  let bytes = 0;
  for (const buffer of new Set([...reads, ...writes])) {
    if (views.get(buffer)?.kind === "sliced") bytes += 4 * registry.elements(buffer);
  }
  return bytes;
}
