// The memory plan: how long each value lives, and which values can share a slot of memory one after another.
import type { Node, StaticGraph } from "../ir/graph.ts";
import { elementCount } from "../ops/support/arrays.ts";

export interface MemoryPlan {
  /** For each node the last node that reads it: its own index if none does, the number of nodes for outputs. */
  readonly lastUse: readonly number[];
  /** For each node its slot; -1 for leaves that the executor or the plan holds, for aliases and for scans. */
  readonly slots: readonly number[];
  /** Bytes of each slot. */
  readonly slotBytes: readonly number[];
  /** The largest number of bytes alive at once: inputs, constants, computed values and a running loop's body. */
  readonly peakBytes: number;
}

const held = new Set(["input", "variable", "constant", "literal", "iota", "scan"]);
/** Operations whose result has the entries of their first input in the same order and can share its memory. */
const aliases = new Set(["reshape", "stop", "gradient_scale"]);

/** Both element types take 4 bytes. */
const bytesOf = (node: Node<number>): number => 4 * elementCount(node.shape);

/** Lifetimes, slots (first fit on the smallest free slot that is large enough) and the peak. */
export function planMemory(graph: StaticGraph): MemoryPlan {
  const lastUse = lastUses(graph);
  const roots = graph.nodes.map((_, index) => index);
  graph.nodes.forEach((node, index) => {
    const [source] = node.inputs;
    if (aliases.has(node.op) && source !== undefined) roots[index] = roots[source] ?? source;
  });
  const until = [...lastUse];
  graph.nodes.forEach((_, index) => {
    const root = roots[index] as number;
    until[root] = Math.max(until[root] as number, lastUse[index] as number);
  });
  // A scan's parts are made when it runs, so they live from then on.
  const partStart = (node: Node<number>, index: number): number => (node.op === "part" ? (node.inputs[0] ?? index) : index);
  const starting = graph.nodes.map((): number[] => []);
  graph.nodes.forEach((node, index) => {
    if (roots[index] === index && node.op !== "variable" && node.op !== "scan") starting[partStart(node, index)]?.push(index);
  });
  const ending = graph.nodes.map((): number[] => []);
  graph.nodes.forEach((_, index) => {
    ending[until[index] as number]?.push(index);
  });

  const slots = graph.nodes.map(() => -1);
  const slotBytes: number[] = [];
  const free = freeSlots();
  let alive = 0;
  let peakBytes = 0;
  const take = (bytes: number): number => free.take(bytes) ?? slotBytes.push(bytes) - 1;
  graph.nodes.forEach((node, index) => {
    for (const starter of starting[index] ?? []) {
      const made = graph.nodes[starter] as Node<number>;
      alive += bytesOf(made);
      if (!held.has(made.op)) slots[starter] = take(bytesOf(made));
    }
    peakBytes = Math.max(peakBytes, alive + (node.body === undefined ? 0 : planMemory(node.body).peakBytes));
    for (const ended of ending[index] ?? []) {
      const gone = graph.nodes[ended] as Node<number>;
      if (roots[ended] !== ended || gone.op === "variable" || gone.op === "scan") continue;
      alive -= bytesOf(gone);
      const slot = slots[ended] as number;
      if (slot !== -1) free.give(slot, slotBytes[slot] as number);
    }
  });
  return { lastUse, slots, slotBytes, peakBytes };
}

/** The slots that hold nothing: of the smallest that are large enough, the one that has been free the longest is taken. */
function freeSlots() {
  /** Sizes of free slots, rising, and the slots of each size in the order in which they became free. */
  const sizes: number[] = [];
  const slotsOf = new Map<number, number[]>();
  const placeOf = (bytes: number): number => {
    let [low, high] = [0, sizes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sizes[middle] as number) < bytes) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    take(bytes: number): number | undefined {
      const place = placeOf(bytes);
      const size = sizes[place];
      if (size === undefined) return undefined;
      const slots = slotsOf.get(size) as number[];
      const slot = slots.shift();
      if (slots.length === 0) {
        slotsOf.delete(size);
        sizes.splice(place, 1);
      }
      return slot;
    },
    give(slot: number, bytes: number): void {
      const slots = slotsOf.get(bytes);
      if (slots !== undefined) slots.push(slot);
      else {
        slotsOf.set(bytes, [slot]);
        sizes.splice(placeOf(bytes), 0, bytes);
      }
    },
  };
}

function lastUses(graph: StaticGraph): readonly number[] {
  const lastUse = graph.nodes.map((_, index) => index);
  graph.nodes.forEach((node, index) => {
    for (const input of node.inputs) lastUse[input] = index;
  });
  const results = [...Object.values(graph.outputs), ...graph.assignments.map(({ value }) => value)];
  for (const result of results) lastUse[result] = graph.nodes.length;
  return lastUse;
}
