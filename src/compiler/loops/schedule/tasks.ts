// Builds a segment of different tasks: large groups of kernels in pieces, tiny ones bundled, the longest tasks first.
import type { ScheduledKernel } from "../schedule.ts";
import type { DraftTasks } from "./draft.ts";
import { barrierTime, cacheLine, shortestRun, threadCounts } from "./entries.ts";
import type { Item } from "./items.ts";
import { totalCost } from "./items.ts";
import { type Split, splitInto, splitOf } from "./pieces.ts";
import type { Registry } from "./registry.ts";

/** Nanoseconds below which a task is not worth handing out, and below which a whole segment is not worth dividing. */
const smallestTask = 4_000;
const smallestSegment = 15_000;
/** Parts that a segment is divided into at most, so that threads end at about the same time. */
const parts = 24;

export interface TaskPlan {
  readonly groups: readonly { readonly items: readonly Item[]; readonly split: Split | undefined; readonly pieces: number }[];
  /** Nanoseconds of one task, about. */
  readonly target: number;
  /** Nanoseconds of the whole segment, estimated. */
  readonly time: number;
}

/** `finest`: into as many tasks as can be, however small. */
export function planTasks(groups: readonly (readonly Item[])[], registry: Registry, finest = false): TaskPlan {
  const total = totalCost(groups.flat());
  const coarse = total < smallestSegment ? Number.POSITIVE_INFINITY : Math.max(smallestTask, total / parts);
  const target = finest ? 0 : coarse;
  let longest = Math.min(target, total);
  const planned = groups.map((items) => {
    const cost = totalCost(items);
    const split = cost > 2 * target ? splitOf(items, registry) : undefined;
    const pieces = split === undefined ? 1 : piecesOf(split, cost / target);
    longest = Math.max(longest, cost / pieces);
    return { items, split, pieces };
  });
  const times = threadCounts.map((threads) => Math.max(total / threads, longest) + barrierTime);
  return { groups: planned, target, time: times.reduce((sum, time) => sum + time, 0) / times.length };
}

/** As many pieces as wanted, but none that writes less than whole cache lines. */
function piecesOf({ length, views }: Split, wanted: number): number {
  const entries = Math.min(length, Math.ceil(cacheLine / shortestRun(views.keys(), views)));
  return Math.max(1, Math.min(Math.floor(length / entries), Math.ceil(wanted)));
}

export function buildTasks({ groups, target }: TaskPlan, registry: Registry): DraftTasks {
  const tasks: { readonly kernels: readonly ScheduledKernel[]; readonly cost: number }[] = [];
  let bundle: ScheduledKernel[] = [];
  let bundled = 0;
  const finish = (): void => {
    if (bundle.length > 0) tasks.push({ kernels: bundle, cost: bundled });
    bundle = [];
    bundled = 0;
  };
  for (const { items, split, pieces } of groups) {
    const cost = totalCost(items);
    if (split !== undefined && pieces > 1) {
      for (const kernels of splitInto(items, split, pieces, registry)) tasks.push({ kernels, cost: cost / pieces });
      continue;
    }
    const kernels = items.map(({ kernel, source }) => ({ kernel, source }));
    if (cost >= target) tasks.push({ kernels, cost });
    else {
      if (bundled + cost > target) finish();
      bundle.push(...kernels);
      bundled += cost;
    }
  }
  finish();
  return { kind: "tasks", tasks: tasks.sort((a, b) => b.cost - a.cost).map(({ kernels }) => kernels) };
}
