// Cuts a program into segments, one after another: each time the candidate that saves the most time, either chunks along some
// axis or independent tasks.
import { buildChunks } from "./chunks.ts";
import { combineCopies } from "./combine.ts";
import { writerCounts } from "./constant-fills.ts";
import type { DraftSegment } from "./draft.ts";
import { chooseEntries } from "./entries.ts";
import { independentGroups } from "./groups.ts";
import { type Item, predecessorsOf, totalCost } from "./items.ts";
import type { Registry } from "./registry.ts";
import { type Sweep, sweep } from "./sweep.ts";
import { buildTasks, planTasks, type TaskPlan } from "./tasks.ts";

export interface SegmentOptions {
  /** Entries of a chunk wherever there are at least two chunks of so many; else chosen by cost. */
  readonly entries?: number;
  /** Cut whatever can be cut, however little it is: for tests. */
  readonly finest?: boolean;
}

/** A program of less estimated work, in nanoseconds, gains nothing from a second thread. */
const smallestProgram = 30_000;
/** Nanoseconds, or share, that a candidate must save beyond the one before it: tasks come first, then the axes with the most work. */
const advantage = { time: 1_000, share: 0.05 };
/** No chunked segment saves a larger share of its work, see `chooseEntries`. */
const largestGain = 0.6;
/** Share of the remaining work that may run before a chunked segment for its sake. */
const movableShare = 0.03;
/** How many axes are tried for a chunked segment. */
const axesTried = 6;

export function cutSegments(
  items: readonly Item[],
  registry: Registry,
  lasting: ReadonlySet<number>,
  options: SegmentOptions,
): readonly DraftSegment[] {
  const segments: DraftSegment[] = [];
  const touched = new Set<number>();
  const movable = options.finest === true ? 0.5 : movableShare;
  const context = { registry, writers: writerCounts(items, registry), movable };

  const push = (segment: DraftSegment, done: readonly Item[]): void => {
    segments.push(segment);
    for (const buffer of buffersOf(done)) touched.add(buffer);
  };

  const pushTasks = (plan: TaskPlan): void =>
    push(
      buildTasks(plan, registry),
      plan.groups.flatMap(({ items: own }) => own),
    );

  /** Schedules a chunked segment and what must come before it; gives what remains. `needed`: buffers that later work needs. */
  const pushChunks = (
    remaining: readonly Item[],
    swept: Sweep,
    entries: number,
    needed: ReadonlySet<number>,
  ): readonly Item[] => {
    const taken = new Set([...swept.members, ...swept.absorbed, ...swept.prelude]);
    const rest = remaining.filter((_, at) => !taken.has(at));
    const prelude = swept.prelude.map((at) => remaining[at] as Item);
    const inPrelude = new Set(swept.prelude);
    if (prelude.length > 0) run(prelude, new Set([...needed, ...buffersOf(remaining.filter((_, at) => !inPrelude.has(at)))]));
    const elsewhere = new Set([...needed, ...touched, ...buffersOf(rest)]);
    const members = swept.members.map((at) => ({
      item: remaining[at] as Item,
      alignment: swept.alignments.get(at) as NonNullable<ReturnType<typeof swept.alignments.get>>,
    }));
    const isOwn = (buffer: number): boolean => registry.buffers[buffer]?.kind === "value" && !elsewhere.has(buffer);
    const { length, views } = swept;
    const { segment, copies } = buildChunks({ length, entries, members, views, isOwn }, registry);
    push(
      segment,
      members.map(({ item }) => item),
    );
    return combineCopies(rest, copies, registry, needed);
  };

  const run = (all: readonly Item[], needed: ReadonlySet<number>): void => {
    let remaining = all;
    while (remaining.length > 0) {
      const [next] = remaining;
      if (next?.kernel.kind === "host") {
        push({ kind: "host", kernel: next.kernel }, [next]);
        remaining = remaining.slice(1);
        continue;
      }
      const predecessors = predecessorsOf(remaining);
      const { first: early, groups } = independentGroups(remaining, predecessors);
      const at = (places: readonly number[]): readonly Item[] => places.map((place) => remaining[place] as Item);
      const tasks = planTasks(groups.map(at), registry, options.finest);
      let saved = totalCost(at(groups.flat())) - tasks.time;
      let best: { readonly swept: Sweep; readonly entries: number } | undefined;
      for (const { length, work } of axesOf(remaining)) {
        if (options.finest !== true && work * largestGain <= saved) continue;
        const swept = sweep(remaining, predecessors, length, context);
        const members = at(swept.members);
        const chosen = chooseEntries(length, members, swept.views, registry);
        const entries = options.entries !== undefined && options.entries < length ? options.entries : chosen.entries;
        const gain = totalCost(members) - (options.finest === true ? 0 : chosen.time);
        const more = options.finest === true ? 0 : Math.max(advantage.time, advantage.share * saved);
        if (members.length === 0 || entries === length || gain <= saved + more) continue;
        saved = gain;
        best = { swept, entries };
      }
      if (best === undefined) {
        if (early.length > 0) pushTasks(planTasks([at(early)], registry));
        if (groups.length > 0) pushTasks(tasks);
        const taken = new Set([...early, ...groups.flat()]);
        remaining = remaining.filter((_, place) => !taken.has(place));
      } else remaining = pushChunks(remaining, best.swept, best.entries, needed);
    }
  };

  if (options.finest !== true && totalCost(items) < smallestProgram) return inProgramOrder(items);
  run(items, lasting);
  return merged(segments);
}

const buffersOf = (items: readonly Item[]): readonly number[] =>
  items.flatMap(({ touches: { reads, writes } }) => [...reads, ...writes]);

/** Sizes of loops with the work that lies along them (or along loops of a multiple), those with the most work first. */
function axesOf(items: readonly Item[]): readonly { readonly length: number; readonly work: number }[] {
  const exact = new Map<number, number>();
  const along: { readonly sizes: ReadonlySet<number>; readonly cost: number }[] = [];
  for (const { kernel, cost } of items) {
    const leaves = kernel.kind === "loop" ? kernel.body : [kernel];
    const sizes = new Set(leaves.flatMap((leaf) => (leaf.kind === "nest" || leaf.kind === "contraction" ? leaf.sizes : [])));
    const contracted = leaves.flatMap((leaf) => (leaf.kind === "contraction" ? leaf.contracted : []));
    for (const size of sizes) if (size > 1) exact.set(size, (exact.get(size) ?? 0) + cost);
    along.push({ sizes: new Set([...sizes, ...contracted]), cost });
  }
  const workAlong = (length: number): number =>
    along.reduce((total, { sizes, cost }) => ([...sizes].some((size) => size % length === 0) ? total + cost : total), 0);
  const chosen = [...exact].sort((a, b) => b[1] - a[1]).slice(0, axesTried);
  return chosen.map(([length]) => ({ length, work: workAlong(length) }));
}

/** One task with everything between two host calls. */
function inProgramOrder(items: readonly Item[]): readonly DraftSegment[] {
  return merged(
    items.map(({ kernel, source }) =>
      kernel.kind === "host" ? { kind: "host", kernel } : { kind: "tasks", tasks: [[{ kernel, source }]] },
    ),
  );
}

/** The segments, with neighbours of one task each made one. */
function merged(segments: readonly DraftSegment[]): readonly DraftSegment[] {
  const result: DraftSegment[] = [];
  for (const segment of segments) {
    const before = result.at(-1);
    const [task, ...others] = segment.kind === "tasks" ? segment.tasks : [];
    const [own, ...more] = before?.kind === "tasks" ? before.tasks : [];
    if (task === undefined || own === undefined || others.length > 0 || more.length > 0) result.push(segment);
    else result.splice(-1, 1, { kind: "tasks", tasks: [[...own, ...task]] });
  }
  return result;
}
