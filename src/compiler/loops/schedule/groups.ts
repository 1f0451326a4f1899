// Work without a common axis, such as the updates of many weights: the remaining kernels as groups that need nothing of one
// another.
import type { Item } from "./items.ts";
import { totalCost } from "./items.ts";

/** Groups whose joining costs no more than this, in nanoseconds, may become one group for a kernel that needs them all. */
const joinable = 3_000;

/** The items (by place in the list) of each group, in order; items that need several large groups are left for later. */
export function independentGroups(
  items: readonly Item[],
  predecessors: readonly ReadonlySet<number>[],
): readonly (readonly number[])[] {
  const groupOf = new Map<number, number[]>();
  const costOf = (group: readonly number[]): number => totalCost(group.map((at) => items[at] as Item));
  items.forEach((item, at) => {
    if (item.kernel.kind === "host") return;
    const needed = new Set<number[]>();
    for (const before of predecessors[at] ?? []) {
      const group = groupOf.get(before);
      if (group === undefined) return;
      needed.add(group);
    }
    const [first, ...others] = needed;
    if (first === undefined) {
      groupOf.set(at, [at]);
      return;
    }
    if (others.length > 0 && [...needed].reduce((total, group) => total + costOf(group), 0) > joinable) return;
    for (const member of others.flat()) groupOf.set(member, first);
    first.push(...others.flat(), at);
    groupOf.set(at, first);
  });
  return [...new Set(groupOf.values())].map((group) => group.sort((a, b) => a - b));
}
