// The kernels that are still to be scheduled, with what scheduling asks of each.
import type { Kernel } from "../kernel.ts";
import { costOf } from "./cost.ts";
import { type Touches, touchesOf } from "./touches.ts";

export interface Item {
  readonly kernel: Kernel;
  /** Its index in the program; of a kernel that scheduling adds, that of the kernel it serves. */
  readonly source: number;
  /** Nanoseconds, estimated. */
  readonly cost: number;
  readonly touches: Touches;
}

export const itemOf = (kernel: Kernel, source: number): Item => ({
  kernel,
  source,
  cost: costOf(kernel),
  touches: touchesOf(kernel),
});

export const totalCost = (items: readonly Item[]): number => items.reduce((total, { cost }) => total + cost, 0);

/** The earlier items (by place in the list) that must run before each: writers of what it touches, readers of what it writes. */
export function predecessorsOf(items: readonly Item[]): readonly ReadonlySet<number>[] {
  const writers = new Map<number, number[]>();
  const readers = new Map<number, number[]>();
  return items.map(({ touches: { reads, writes } }, at) => {
    const before = new Set<number>();
    for (const buffers of [reads, writes]) {
      for (const buffer of buffers) for (const writer of writers.get(buffer) ?? []) before.add(writer);
    }
    for (const buffer of writes) for (const reader of readers.get(buffer) ?? []) before.add(reader);
    for (const buffer of writes) append(writers, buffer, at);
    for (const buffer of reads) append(readers, buffer, at);
    return before;
  });
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
