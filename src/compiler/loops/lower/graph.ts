// All kernels of one graph: the main graph of a plan, or the body of a scan.
import type { Kernel } from "../kernel.ts";
import { lowerGroup } from "./kernels.ts";
import type { Lowering } from "./lowering.ts";
import { ordered } from "./order.ts";
import { lowerOwn } from "./own.ts";

/** Takes the lowering's kernels: those that were there, those of its groups, those of `extra`, in an order of execution. */
export function lowerGraph(lowering: Lowering, extra: () => void): readonly Kernel[] {
  for (const group of lowering.fusion.groups) {
    if (group.kind === "own") for (const member of group.members.keys()) lowerOwn(lowering, member, lowerGraph);
    else lowerGroup(lowering, group);
  }
  extra();
  return ordered(lowering.kernels.splice(0));
}
