// Which of the remaining kernels can run together in chunks of an axis of a given length.
import { type AlignContext, type Alignment, align } from "./align.ts";
import { constantFillOf } from "./constant-fills.ts";
import type { Item } from "./items.ts";
import { totalCost } from "./items.ts";
import type { Registry } from "./registry.ts";
import type { View } from "./views.ts";

/** The items of a chunked segment by their places in the list, in order. */
export interface Sweep {
  readonly length: number;
  readonly members: readonly number[];
  readonly alignments: ReadonlyMap<number, Alignment>;
  readonly views: ReadonlyMap<number, View>;
  /** Items that do nothing but give a buffer its first value, which the members' own kernels now do. */
  readonly absorbed: readonly number[];
  /** Items that have to run before the segment. */
  readonly prelude: readonly number[];
}

/** Nanoseconds. */
const cheapCost = 500;

export interface SweepContext {
  readonly registry: Registry;
  /** For each buffer how many kernels of the whole program write it, see `writerCounts`. */
  readonly writers: ReadonlyMap<number, number>;
  /** Share of all work that may be moved before a segment so that its chunks can read the results freely. */
  readonly movable: number;
}

export function sweep(
  items: readonly Item[],
  predecessors: readonly ReadonlySet<number>[],
  length: number,
  { registry, writers, movable }: SweepContext,
): Sweep {
  const alignments = new Map<number, Alignment>();
  const views = new Map<number, View>();
  const read = new Set<number>();
  /** Constant buffers that nothing has touched yet, by the item that fills them. */
  const waiting = new Map<number, { readonly item: number; readonly value: number }>();
  const absorbed = new Set<number>();
  const prelude = new Set<number>();
  /** All constant buffers, those as well that something has touched. */
  const fillers = new Map<number, { readonly item: number; readonly value: number }>();
  /** Items of the segment by the buffers that they write. */
  const producers = new Map<number, number[]>();
  const refused = new Set<number>();
  const mostMoved = movable * totalCost(items);
  let blamed: number | undefined;

  const context: AlignContext = {
    length,
    viewOf: (buffer) => views.get(buffer),
    pendingValue: (buffer) => waiting.get(buffer)?.value,
    wasRead: (buffer) => read.has(buffer),
    mayCopy: (buffer) => registry.buffers[buffer]?.kind !== "variable",
    hasOneWriter: (buffer) => writers.get(buffer) === 1,
    elements: (buffer) => registry.elements(buffer),
    blame: (buffer) => {
      blamed = buffer;
    },
  };

  /** Moves the producers of a buffer before the segment, if they are little work and need nothing else of it; gives the way back. */
  const demote = (buffer: number): (() => void) | undefined => {
    const filled = waiting.get(buffer);
    const added = new Set<number>();
    const restore = (): void => {
      for (const at of added) prelude.delete(at);
    };
    const add = (at: number | undefined): void => {
      if (at === undefined || prelude.has(at)) return;
      prelude.add(at);
      added.add(at);
    };
    if (filled !== undefined) {
      waiting.delete(buffer);
      add(filled.item);
      // One that copies another constant buffer needs that one filled, wherever else it may be filled too.
      for (const source of items[filled.item]?.touches.reads ?? []) add(fillers.get(source)?.item);
      return () => {
        restore();
        waiting.set(buffer, filled);
      };
    }
    const moved = new Map<number, Alignment>();
    const stack = [...(producers.get(buffer) ?? [])];
    let work = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      const alignment = alignments.get(at);
      if (alignment === undefined || moved.has(at)) continue;
      moved.set(at, alignment);
      work += items[at]?.cost ?? 0;
      if (work > mostMoved) {
        // What a buffer needs only ever grows.
        refused.add(buffer);
        return undefined;
      }
      for (const before of predecessors[at] ?? none) if (alignments.has(before)) stack.push(before);
    }
    if (moved.size === 0) return undefined;
    // What they would have filled for all of the segment is, like what they write, no longer the segment's.
    const filledHere = new Set([...moved.values()].flatMap(({ pending }) => pending.map((fill) => fill.buffer)));
    const written = new Set(filledHere);
    for (const at of moved.keys()) for (const own of (items[at] as Item).touches.writes) written.add(own);
    const staysWritten = (own: number): boolean =>
      producers.get(own)?.some((at) => alignments.has(at) && !moved.has(at)) === true;
    const staysFilled = (own: number): boolean => absorbed.has(fillers.get(own)?.item ?? -1) && !filledHere.has(own);
    for (const own of written) if (staysWritten(own) || staysFilled(own)) return undefined;
    const before = new Map([...written].flatMap((own): [number, View][] => viewed(own)));
    const unabsorbed = absorbedBefore(moved.keys(), predecessors, absorbed);
    for (const at of unabsorbed) {
      absorbed.delete(at);
      add(at);
    }
    for (const at of moved.keys()) {
      alignments.delete(at);
      add(at);
    }
    const unread = [...written].filter((own) => !read.has(own));
    for (const own of written) {
      views.delete(own);
      read.add(own);
    }
    return () => {
      restore();
      for (const at of unabsorbed) absorbed.add(at);
      for (const own of unread) read.delete(own);
      for (const [at, alignment] of moved) alignments.set(at, alignment);
      for (const [own, view] of before) views.set(own, view);
    };
  };

  const viewed = (buffer: number): [number, View][] => {
    const view = views.get(buffer);
    return view === undefined ? [] : [[buffer, view]];
  };

  /** Aligns an item, with the producers of what it reads in another way moved before the segment where that helps. */
  const alignedItem = (item: Item): Alignment | undefined => {
    const undo: (() => void)[] = [];
    for (;;) {
      blamed = undefined;
      const found = align(item.kernel, context);
      if (found !== undefined) return found;
      const back = blamed === undefined || refused.has(blamed) ? undefined : demote(blamed);
      if (back === undefined) {
        for (const each of undo.reverse()) each();
        return undefined;
      }
      undo.push(back);
    }
  };

  /** Items that fill, and the buffers that they fill. */
  const filledBy = new Map<number, number>();
  const isWaiting = (other: number): boolean => waiting.get(filledBy.get(other) ?? -1)?.item === other;
  const isTaken = (other: number): boolean =>
    alignments.has(other) || prelude.has(other) || absorbed.has(other) || isWaiting(other);
  const isFiller = (other: number): boolean => fillers.get(filledBy.get(other) ?? -1)?.item === other;

  items.forEach((item, at) => {
    const before = predecessors[at] ?? none;
    if (item.kernel.kind === "host" || !all(before, isTaken)) return;
    const fill = constantFillOf(item, registry, (buffer) => fillers.get(buffer)?.value);
    if (fill !== undefined && all(before, isFiller)) {
      const filled = { item: at, value: fill.value };
      waiting.set(fill.buffer, filled);
      fillers.set(fill.buffer, filled);
      filledBy.set(at, fill.buffer);
      return;
    }
    const isFree = all(before, (other) => prelude.has(other) || isWaiting(other));
    const aligned = alignedItem(item);
    // What only depends on the outside and is added up over the chunks (the number of real samples) is soon needed whole.
    const isSum = aligned !== undefined && [...aligned.views.values()].some(({ kind }) => kind === "partial");
    const found = isFree && isSum && item.cost <= mostMoved ? undefined : aligned;
    if (found === undefined) {
      if (isFree) {
        for (const buffer of [...item.touches.reads, ...item.touches.writes]) if (waiting.has(buffer)) demote(buffer);
        prelude.add(at);
      }
      return;
    }
    alignments.set(at, found);
    for (const [buffer, view] of found.views) views.set(buffer, view);
    for (const buffer of item.touches.writes) {
      const others = producers.get(buffer);
      if (others === undefined) producers.set(buffer, [at]);
      else others.push(at);
    }
    for (const { buffer } of found.pending) {
      absorbed.add(waiting.get(buffer)?.item ?? -1);
      waiting.delete(buffer);
    }
    for (const buffer of item.touches.reads) if (!views.has(buffer)) read.add(buffer);
  });

  const members = [...alignments.keys()].sort((a, b) => a - b);
  const needed = neededBy([...members, ...cheapOf(items, predecessors, prelude)], predecessors, prelude);
  return { length, members, alignments, views, absorbed: [...absorbed], prelude: needed };
}

const none: ReadonlySet<number> = new Set();

/** The absorbed items that some items need, directly or for another absorbed one: to run before these, they have to run themselves. */
function absorbedBefore(
  items: Iterable<number>,
  predecessors: readonly ReadonlySet<number>[],
  absorbed: ReadonlySet<number>,
): ReadonlySet<number> {
  const found = new Set<number>();
  const stack = [...items];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const before of predecessors[at] ?? none) {
      if (!absorbed.has(before) || found.has(before)) continue;
      found.add(before);
      stack.push(before);
    }
  }
  return found;
}

function all(items: ReadonlySet<number>, holds: (item: number) => boolean): boolean {
  for (const item of items) if (!holds(item)) return false;
  return true;
}

/** Items that cost next to nothing and need nothing else: whoever will need them, now is as good a time as any. */
function cheapOf(
  items: readonly Item[],
  predecessors: readonly ReadonlySet<number>[],
  candidates: ReadonlySet<number>,
): readonly number[] {
  const cheap = new Set<number>();
  for (const at of [...candidates].sort((a, b) => a - b)) {
    const { cost } = items[at] as Item;
    if (cost <= cheapCost && [...(predecessors[at] ?? [])].every((before) => cheap.has(before))) cheap.add(at);
  }
  return [...cheap];
}

/** The items among `candidates` that are in `wanted` or that one of these needs, directly or not, in order. */
function neededBy(
  wanted: readonly number[],
  predecessors: readonly ReadonlySet<number>[],
  candidates: ReadonlySet<number>,
): readonly number[] {
  const needed = new Set(wanted.filter((at) => candidates.has(at)));
  const stack = [...wanted];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    for (const before of predecessors[at] ?? []) {
      if (!candidates.has(before) || needed.has(before)) continue;
      needed.add(before);
      stack.push(before);
    }
  }
  return [...needed].sort((a, b) => a - b);
}
