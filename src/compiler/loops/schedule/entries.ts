// How many entries a chunk has: enough chunks to keep threads busy, few enough that copies of accumulated buffers stay small,
// and small enough that what one kernel writes is still in a core's cache when the next one reads it.
import type { Kernel } from "../kernel.ts";
import { costOf } from "./cost.ts";
import type { Item } from "./items.ts";
import type { Registry } from "./registry.ts";
import type { View } from "./views.ts";

export interface Chunking {
  readonly entries: number;
  /** Nanoseconds of the segment, estimated as the mean over the thread counts that it is balanced for. */
  readonly time: number;
}

/** Balanced for these numbers of threads alike; a schedule never depends on how many there are. */
export const threadCounts = [2, 4];
const callTime = 30;
/** Nanoseconds at the end of a segment. */
export const barrierTime = 2_000;
/** Nanoseconds to write and read again one byte of a copy. */
const copyTime = 0.2;
/** Nanoseconds to read one byte of a factor that all chunks share: each of them reads it again, in a loop at every iteration. */
const sharedTime = 0.06;
const cacheBytes = 1 << 20;
/** Share of time lost each time that what a kernel touches doubles beyond the cache. */
const missShare = 0.01;
const unevenShare = 0.01;
/** Elements of a cache line, and the share of time lost where chunks write shorter runs: lines are shared, and vectors not full. */
export const cacheLine = 16;
const narrowShare = 0.5;
const mostChunks = 128;

export function chooseEntries(
  length: number,
  members: readonly Item[],
  views: ReadonlyMap<number, View>,
  registry: Registry,
): Chunking {
  const calls = callTime * members.length;
  const waits = members.flatMap(({ kernel }) => sharedReads(kernel, views, registry));
  const work = workByRun(members, views);
  const touched = Math.max(...members.map((item) => slicedBytes(item, views, registry))) / length;
  let copied = 0;
  for (const [buffer, view] of views) if (view.kind === "partial") copied += 4 * registry.elements(buffer);
  const timeWith = (entries: number): number => {
    const chunks = Math.ceil(length / entries);
    const misses = missShare * Math.max(0, Math.log2((entries * touched) / cacheBytes));
    const uneven = length % entries === 0 ? 0 : unevenShare;
    let each = 0;
    for (const [run, cost] of work) each += (cost / length) * (entries * run < cacheLine ? 1 + narrowShare : 1);
    const waited = waits.reduce((sum, { read, computed }) => sum + Math.max(0, read - (computed / length) * entries), 0);
    const chunk = calls + waited + entries * each * (1 + misses + uneven);
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

/**
 * Nanoseconds of products: to read the factors that are no chunk's own, which each chunk does, and to compute all entries. Few
 * entries wait for large weights.
 */
function sharedReads(
  kernel: Kernel,
  views: ReadonlyMap<number, View>,
  registry: Registry,
): readonly { readonly read: number; readonly computed: number }[] {
  if (kernel.kind === "loop") {
    const once = kernel.body.flatMap((inner) => sharedReads(inner, views, registry));
    return once.map(({ read, computed }) => ({ read: kernel.iterations * read, computed: kernel.iterations * computed }));
  }
  if (kernel.kind !== "contraction") return [];
  const factors = [kernel.left.buffer, kernel.right.buffer].filter((buffer) => views.get(buffer)?.kind !== "sliced");
  const bytes = factors.reduce((sum, buffer) => sum + 4 * registry.elements(buffer), 0);
  return [{ read: sharedTime * bytes, computed: costOf(kernel) }];
}

/** Work by the elements that one entry has next to one another in what a kernel writes. */
function workByRun(members: readonly Item[], views: ReadonlyMap<number, View>): ReadonlyMap<number, number> {
  const work = new Map<number, number>();
  for (const { touches, cost } of members) {
    const run = shortestRun(touches.writes, views);
    work.set(run, (work.get(run) ?? 0) + Math.max(cost - callTime, 0));
  }
  return work;
}

/** The fewest elements that one entry of the chunked axis has next to one another in some of the buffers; one that is whole has no end. */
export function shortestRun(buffers: Iterable<number>, views: ReadonlyMap<number, View>): number {
  let shortest = Number.POSITIVE_INFINITY;
  for (const buffer of buffers) {
    const view = views.get(buffer);
    if (view?.kind === "sliced") shortest = Math.min(shortest, view.stride);
  }
  return shortest;
}

/** Bytes of the chunked buffers that a kernel touches, all entries together. */
function slicedBytes({ touches: { reads, writes } }: Item, views: ReadonlyMap<number, View>, registry: Registry): number {
  let bytes = 0;
  for (const buffer of new Set([...reads, ...writes])) {
    if (views.get(buffer)?.kind === "sliced") bytes += 4 * registry.elements(buffer);
  }
  return bytes;
}
