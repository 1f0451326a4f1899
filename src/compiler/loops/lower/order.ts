// An order of execution for kernels, from what they read and write.
import type { Access, Kernel } from "../kernel.ts";

export interface Uses {
  readonly reads: ReadonlySet<number>;
  readonly writes: ReadonlySet<number>;
}

const known = new WeakMap<Kernel, Uses>();

/** The buffers that a kernel reads and writes; one that it adds to counts as written. */
export function usesOf(kernel: Kernel): Uses {
  const existing = known.get(kernel);
  if (existing !== undefined) return existing;
  const made = findUses(kernel);
  known.set(kernel, made);
  return made;
}

function findUses(kernel: Kernel): Uses {
  const [reads, writes] = [new Set<number>(), new Set<number>()];
  const collect = (each: Kernel): void => {
    if (each.kind === "loop") {
      each.body.forEach(collect);
      return;
    }
    if (each.kind === "host") {
      for (const { buffer } of each.inputs) reads.add(buffer);
      writes.add(each.output);
      return;
    }
    const loads: Access[] = each.body.flatMap((instruction) =>
      instruction.op === "load" || instruction.op === "lookup" ? [instruction.access] : [],
    );
    if (each.kind === "contraction") loads.push(each.left, each.right);
    if (each.skip !== undefined) loads.push(each.skip.lengths);
    for (const { buffer } of loads) reads.add(buffer);
    for (const { access } of each.stores) writes.add(access.buffer);
    for (const { buffer } of each.fills) writes.add(buffer);
  };
  collect(kernel);
  return { reads, writes };
}

/**
 * The kernels so that every reader of a buffer comes after all its writers, writers in the order given, and kernel a before b for
 * each [a, b] of `before`. Otherwise the order given is kept. Throws `RangeError` where they need one another.
 */
export function ordered(kernels: readonly Kernel[], before: readonly (readonly [Kernel, Kernel])[] = []): readonly Kernel[] {
  const uses = kernels.map(usesOf);
  const writers = new Map<number, number[]>();
  uses.forEach(({ writes }, index) => {
    for (const buffer of writes) writers.set(buffer, [...(writers.get(buffer) ?? []), index]);
  });
  const following = kernels.map((): Set<number> => new Set());
  const link = (first: number, second: number): void => {
    if (first !== second) following[first]?.add(second);
  };
  uses.forEach(({ reads, writes }, index) => {
    for (const buffer of reads) for (const writer of writers.get(buffer) ?? []) if (!writes.has(buffer)) link(writer, index);
    for (const buffer of writes) for (const writer of writers.get(buffer) ?? []) if (writer < index) link(writer, index);
  });
  const places = new Map(kernels.map((kernel, index) => [kernel, index]));
  for (const [first, second] of before) link(places.get(first) as number, places.get(second) as number);

  const waiting = kernels.map(() => 0);
  for (const targets of following) for (const target of targets) waiting[target] = (waiting[target] as number) + 1;
  const ready = kernels.flatMap((_, index) => (waiting[index] === 0 ? [index] : []));
  const result: Kernel[] = [];
  while (ready.length > 0) {
    const next = ready.shift() as number;
    result.push(kernels[next] as Kernel);
    for (const target of following[next] as Set<number>) {
      waiting[target] = (waiting[target] as number) - 1;
      if (waiting[target] === 0) insertSorted(ready, target);
    }
  }
  if (result.length !== kernels.length) throw new RangeError("some kernels need one another's results");
  return result;
}

function insertSorted(list: number[], value: number): void {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  list.splice(low, 0, value);
}
