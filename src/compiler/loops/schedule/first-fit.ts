// Packs blocks of memory that live for known spans of time: blocks whose spans do not meet may share bytes.

export interface Block {
  readonly key: number;
  readonly bytes: number;
  /** First and last moment of use, both included. */
  readonly first: number;
  readonly last: number;
}

export interface Packing {
  readonly offsets: ReadonlyMap<number, number>;
  readonly bytes: number;
}

/** Cache lines, so that threads do not share one and every vector load of a row's start is aligned. */
const alignment = 64;

export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** Largest blocks first, each at the lowest place that is free for its whole span. */
export function firstFit(blocks: readonly Block[], start = 0): Packing {
  const offsets = new Map<number, number>();
  const placed: { readonly from: number; readonly to: number; readonly first: number; readonly last: number }[] = [];
  let end = start;
  for (const block of [...blocks].sort((a, b) => b.bytes - a.bytes || a.first - b.first || a.key - b.key)) {
    const size = aligned(block.bytes);
    let from = start;
    for (const other of placed) {
      if (other.from >= from + size) break;
      if (other.to > from && other.first <= block.last && block.first <= other.last) from = other.to;
    }
    offsets.set(block.key, from);
    const at = placed.findIndex((other) => other.from > from);
    placed.splice(at === -1 ? placed.length : at, 0, { from, to: from + size, first: block.first, last: block.last });
    end = Math.max(end, from + size);
  }
  return { offsets, bytes: end };
}
