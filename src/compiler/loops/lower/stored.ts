// Which values are written to memory. What another group reads is stored, unless computing it again from stored values costs
// no more than reading it: a mask or a centred value is then made anew where it is needed.
import type { Node, StaticGraph } from "../../ir/graph.ts";
import { classOf, isCheap } from "./classes.ts";
import { alongLoops } from "./coordinates.ts";
import { type Fusion, type Group, sourceOf, sourcesOf } from "./fuse.ts";

/**
 * At most so many operations, reads of whole values and reads of smaller ones are repeated instead of a store and a read; where
 * several groups read a value, only one read of a whole value.
 */
const limits = { operations: 8, large: 2, small: 4 };

interface Cost {
  readonly operations: number;
  readonly large: ReadonlySet<number>;
  readonly small: ReadonlySet<number>;
}

export function storedValues(graph: StaticGraph, fusion: Fusion): ReadonlySet<number> {
  const required = requiredValues(graph);
  const repeatable = repeatableValues(graph, fusion, required);
  const stored = new Set<number>();
  const visitedBy = new Map<Group, Set<number>>();
  const pending: number[] = [];
  const store = (index: number): void => {
    if (stored.has(index) || !fusion.groupOf.has(index)) return;
    stored.add(index);
    pending.push(index);
  };
  /** Stores what `group` must read in order to compute a node. */
  const demand = (group: Group, index: number): void => {
    const visited = visitedBy.get(group) ?? new Set();
    visitedBy.set(group, visited);
    if (visited.has(index)) return;
    visited.add(index);
    for (const source of readsOf(graph, index)) {
      if (fusion.groupOf.get(source) === group || repeatable.has(source)) demand(group, source);
      else store(source);
    }
  };
  for (const index of required) store(index);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) demand(fusion.groupOf.get(next) as Group, next);
  return stored;
}

const known = new WeakMap<StaticGraph, (readonly number[])[]>();

/** What a node reads, views followed. */
function readsOf(graph: StaticGraph, index: number): readonly number[] {
  const reads = known.get(graph) ?? [];
  known.set(graph, reads);
  const result = reads[index] ?? findReads(graph, index);
  reads[index] = result;
  return result;
}

function findReads(graph: StaticGraph, index: number): readonly number[] {
  const node = graph.nodes[index] as Node<number>;
  const sources =
    classOf(node) === "element" ? sourcesOf(graph, index) : node.inputs.flatMap((input) => sourceOf(graph, input, undefined, 1));
  return sources.map(({ node: source }) => source);
}

/** Values that must lie in memory: operands of contractions and of loops, tables, results, and what a reshape takes apart. */
function requiredValues(graph: StaticGraph): ReadonlySet<number> {
  const required = new Set<number>();
  const require = (index: number): void => {
    for (const { node } of sourceOf(graph, index, undefined, 1)) required.add(node);
  };
  graph.nodes.forEach((node, index) => {
    if (node.op === "dot" || node.op === "scan" || node.op === "extension") for (const input of node.inputs) require(input);
    if (node.op === "gather" || node.op === "scatter_set") require(node.inputs[0] as number);
    const kind = classOf(node);
    if (kind === "own") required.add(index);
    if (kind === "own" || kind === "reduction") {
      for (const input of node.inputs) {
        const { shape } = graph.nodes[input] as Node<number>;
        for (const source of sourceOf(
          graph,
          input,
          alongLoops(shape.length, Math.max(shape.length, 1)),
          Math.max(shape.length, 1),
        )) {
          if (source.coordinates === undefined) required.add(source.node);
        }
      }
    }
    if (kind !== "element") return;
    for (const source of sourcesOf(graph, index)) {
      if (source.coordinates === undefined) required.add(source.node);
    }
  });
  for (const index of [...Object.values(graph.outputs), ...graph.assignments.map(({ value }) => value)]) require(index);
  return required;
}

/** The values that may be computed again wherever they are read. */
function repeatableValues(graph: StaticGraph, fusion: Fusion, required: ReadonlySet<number>): ReadonlySet<number> {
  const costs = new Map<number, Cost>();
  const readers = otherReaders(graph, fusion);
  const count = (index: number): number => (graph.nodes[index] as Node<number>).shape.reduce((total, size) => total * size, 1);
  graph.nodes.forEach((node, index) => {
    if (required.has(index) || classOf(node) !== "element" || !fusion.groupOf.has(index)) return;
    let operations = 1;
    const [large, small] = [new Set<number>(), new Set<number>()];
    for (const source of readsOf(graph, index)) {
      const cost = costs.get(source);
      if (cost === undefined) (count(source) >= count(index) ? large : small).add(source);
      else {
        operations += cost.operations;
        for (const each of cost.large) (count(each) >= count(index) ? large : small).add(each);
        for (const each of cost.small) small.add(each);
      }
    }
    const reads = (readers.get(index)?.size ?? 0) > 1 ? 1 : limits.large;
    const affordable = operations <= limits.operations && large.size <= reads && small.size <= limits.small;
    if (affordable && (isCheap(node) || dividesByRow(graph, node))) costs.set(index, { operations, large, small });
  });
  return new Set(costs.keys());
}

/** For each node the groups other than its own that read it. */
function otherReaders(graph: StaticGraph, fusion: Fusion): ReadonlyMap<number, ReadonlySet<Group>> {
  const readers = new Map<number, Set<Group>>();
  for (const group of fusion.groups) {
    for (const member of group.members.keys()) {
      for (const source of readsOf(graph, member)) {
        if (fusion.groupOf.get(source) === group) continue;
        const known = readers.get(source) ?? new Set();
        known.add(group);
        readers.set(source, known);
      }
    }
  }
  return readers;
}

/** A division by a constant or by something repeated is a multiplication by its inverse, which is computed once. */
function dividesByRow(graph: StaticGraph, node: Node<number>): boolean {
  const divisor = graph.nodes[node.inputs[1] ?? -1];
  return node.op === "divide" && node.shape.length > 0 && (divisor?.op === "broadcast" || divisor?.op === "constant");
}
