// In which order of its axes a value is stored. Where it is read through one transpose, it is stored in that order, so that
// what follows (a reshape that joins the heads of attention) needs no copy.
import type { StaticGraph } from "../../ir/graph.ts";
import { numbersAttribute } from "../../ops/support/attributes.ts";
import type { Group } from "./fuse.ts";

/** The axes of a value from the outermost in memory to the innermost. */
export function chooseOrder(graph: StaticGraph, index: number, group: Group): readonly number[] {
  const rank = graph.nodes[index]?.shape.length ?? 0;
  const natural = Array.from({ length: rank }, (_, axis) => axis);
  if (group.kind === "own" || group.members.get(index) !== "element") return natural;
  const readers = readersOf(graph).get(index) ?? [];
  const permutations = readers.flatMap((reader) => {
    const { op, attributes } = graph.nodes[reader] ?? { op: "", attributes: {} };
    if (op === "reshape") return [natural];
    return op === "transpose" && isReshaped(graph, reader) ? [numbersAttribute("transpose", attributes, "permutation")] : [];
  });
  const [chosen, ...others] = permutations;
  if (chosen === undefined || others.some((other) => other.join() !== chosen.join())) return natural;
  // Loops over elements run fastest along the last axis; a contraction picks its own order of loops.
  return group.kind === "nest" && chosen.at(-1) !== rank - 1 ? natural : chosen;
}

const isReshaped = (graph: StaticGraph, index: number): boolean =>
  (readersOf(graph).get(index) ?? []).some((reader) => graph.nodes[reader]?.op === "reshape") ||
  Object.values(graph.outputs).includes(index) ||
  graph.assignments.some(({ value }) => value === index);

const known = new WeakMap<StaticGraph, ReadonlyMap<number, readonly number[]>>();

function readersOf(graph: StaticGraph): ReadonlyMap<number, readonly number[]> {
  const existing = known.get(graph);
  if (existing !== undefined) return existing;
  const readers = new Map<number, number[]>();
  graph.nodes.forEach((node, index) => {
    for (const input of node.inputs) {
      const list = readers.get(input);
      if (list === undefined) readers.set(input, [index]);
      else list.push(index);
    }
  });
  known.set(graph, readers);
  return readers;
}
