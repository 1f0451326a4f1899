// Work without a common axis, such as the updates of many weights: the remaining kernels as groups that need nothing of one
// another.
import type { Item } from "./items.ts";
import { totalCost } from "./items.ts";

/** The items by place in the list, in order. */
export interface Groups {
  /** Little work that several groups need: it has to run before them. */
  readonly first: readonly number[];
  readonly groups: readonly (readonly number[])[];
}

/** Nanoseconds: groups of no more than this run before the others where several need them. */
const smallGroup = 2_000;

/** Items that need several large groups are left for later. */
export function independentGroups(items: readonly Item[], predecessors: readonly ReadonlySet<number>[]): Groups {
  const first = new Set<number>();
  for (;;) {
    const found = groupsAfter(items, predecessors, first);
    if (found.shared.length === 0) return { first: [...first].sort((a, b) => a - b), groups: found.groups };
    for (const at of found.shared) first.add(at);
  }
}

/** The groups of what does not run first, and the small groups that an item needs beside at most one large one. */
function groupsAfter(
  items: readonly Item[],
  predecessors: readonly ReadonlySet<number>[],
  first: ReadonlySet<number>,
): { readonly groups: readonly (readonly number[])[]; readonly shared: readonly number[] } {
  const groupOf = new Map<number, number[]>();
  const shared = new Set<number>();
  const costOf = (group: readonly number[]): number => totalCost(group.map((at) => items[at] as Item));
  for (const [at, item] of items.entries()) {
    if (item.kernel.kind === "host" || first.has(at)) continue;
    const before = [...(predecessors[at] ?? [])].filter((other) => !first.has(other));
    if (before.some((other) => !groupOf.has(other))) continue;
    const needed = [...new Set(before.map((other) => groupOf.get(other) as number[]))];
    const [only, ...others] = needed;
    if (others.length > 0) {
      const small = needed.filter((group) => costOf(group) <= smallGroup);
      if (needed.length - small.length <= 1 && costOf(small.flat()) <= smallGroup)
        for (const member of small.flat()) shared.add(member);
      continue;
    }
    if (only === undefined) groupOf.set(at, [at]);
    else {
      only.push(at);
      groupOf.set(at, only);
    }
  }
  return { groups: [...new Set(groupOf.values())], shared: [...shared] };
}
