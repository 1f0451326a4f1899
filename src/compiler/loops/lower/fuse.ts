// Fusion: which nodes one kernel computes together. A group has a domain (the shape its loops run over); its nodes are
// element nodes (of that shape), row nodes (one value for each run of the innermost loop, such as the mean in a layer norm)
// and sinks (reductions over other axes, read only by other groups).
import type { Node, StaticGraph } from "../../ir/graph.ts";
import { numberPairsAttribute } from "../../ops/support/attributes.ts";
import { classOf, reducedAxes } from "./classes.ts";
import { alongLoops, type Coordinates, isAlongLoops, leading, throughView } from "./coordinates.ts";

export type Role = "element" | "row" | "sink";

export interface Group {
  readonly id: number;
  readonly kind: "nest" | "contraction" | "own";
  readonly domain: readonly number[];
  readonly members: ReadonlyMap<number, Role>;
  /** Nothing may join: the result is a sum over samples, which threads add up in parts, so nothing can be computed from it yet. */
  readonly closed: boolean;
}

interface OpenGroup extends Group {
  readonly members: Map<number, Role>;
  /** Groups that compute something which this one reads, and those that read something of this one. */
  readonly reads: Set<OpenGroup>;
  readonly readBy: Set<OpenGroup>;
  readonly first: number;
  /** The last node of this group and of all that it needs, directly or not. */
  last: number;
  /** The search that has been here, see `needs`. */
  seenBy: number;
}

export interface Fusion {
  readonly groups: readonly Group[];
  /** For each node that some group computes, its group. */
  readonly groupOf: ReadonlyMap<number, Group>;
}

/** A node that a value is read from, with the place where the reader stands at `coordinates`; no place: read from memory only. */
export interface Source {
  readonly node: number;
  readonly coordinates: Coordinates | undefined;
}

/** Puts every node that computes something into a group; no two groups need one another's results. */
export function fuse(graph: StaticGraph): Fusion {
  const groups: OpenGroup[] = [];
  const groupOf = new Map<number, OpenGroup>();
  /** Groups that read a leaf, or something of a group. */
  const readersOf = new Map<number | OpenGroup, Set<OpenGroup>>();
  let searches = 0;
  const at = (index: number): Node<number> => graph.nodes[index] as Node<number>;

  const open = (kind: Group["kind"], domain: readonly number[], index: number): OpenGroup => {
    const closed = kind === "own" || sumsOverSamples(at(index));
    const span = { first: index, last: index, seenBy: 0 };
    const links = { reads: new Set<OpenGroup>(), readBy: new Set<OpenGroup>() };
    const group: OpenGroup = { id: groups.length, kind, domain, members: new Map(), closed, ...links, ...span };
    groups.push(group);
    return group;
  };

  const add = (group: OpenGroup, index: number, role: Role, sources: readonly Source[]): void => {
    group.members.set(index, role);
    groupOf.set(index, group);
    const growing = [group];
    for (let next = growing.pop(); next !== undefined; next = growing.pop()) {
      next.last = index;
      for (const reader of next.readBy) if (reader.last < index) growing.push(reader);
    }
    for (const { node } of sources) {
      const from = groupOf.get(node);
      if (from !== undefined && from !== group) {
        group.reads.add(from);
        from.readBy.add(group);
      }
      if (from === group) continue;
      const readers = readersOf.get(from ?? node) ?? new Set();
      readers.add(group);
      readersOf.set(from ?? node, readers);
    }
  };

  /** Whether `group` needs, directly or not, what `target` computes. */
  const needs = (group: OpenGroup, target: OpenGroup): boolean => {
    if (group === target) return true;
    // Where all that a group needs stands before the target, nothing of the target is needed.
    if (group.last < target.first) return false;
    searches += 1;
    const stack = [group];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next === target) return true;
      if (next.seenBy === searches) continue;
      next.seenBy = searches;
      for (const from of next.reads) if (from.seenBy !== searches && from.last >= target.first) stack.push(from);
    }
    return false;
  };

  /** Whether a node may join: what it reads of the group is at the same place, and nothing else that it reads needs the group. */
  const fits = (group: OpenGroup, sources: readonly Source[], loops: "all" | "outer"): boolean =>
    sources.every(({ node, coordinates }) => {
      const role = group.members.get(node);
      if (role === undefined) {
        const from = groupOf.get(node);
        return from === undefined || !needs(from, group);
      }
      if (coordinates === undefined || role === "sink" || (role === "element" && loops === "outer")) return false;
      return isAlongLoops(coordinates);
    });

  /** The groups that compute what the node reads, then those that read of the same, the latest first. */
  const candidates = (sources: readonly Source[], domain: readonly number[]): readonly OpenGroup[] => {
    const found = new Set<OpenGroup>();
    const byId = (a: OpenGroup, b: OpenGroup): number => b.id - a.id;
    const computing = sources.flatMap(({ node }) => groupOf.get(node) ?? []);
    // Sharing something small, such as one scalar, is no reason to run in one loop.
    const whole = sources.filter(({ node }) => count(at(node).shape) >= count(domain));
    const reading = whole.flatMap(({ node }) => [...(readersOf.get(groupOf.get(node) ?? node) ?? [])]);
    for (const group of [...computing.sort(byId), ...reading.sort(byId)]) if (!group.closed) found.add(group);
    return [...found];
  };

  const placeElement = (index: number): void => {
    const { shape } = at(index);
    const sources = sourcesOf(graph, index);
    for (const group of candidates(sources, shape)) {
      const role = roleFor(group, shape);
      if (role === undefined || !fits(group, sources, role === "element" ? "all" : "outer")) continue;
      // A scalar that other kernels' scalars go into would make this kernel wait for them.
      if (role === "row" && shape.length === 0 && !sources.every(({ node }) => group.members.has(node))) continue;
      add(group, index, role, sources);
      return;
    }
    add(open("nest", shape, index), index, "element", sources);
  };

  const placeReduction = (index: number): void => {
    const node = at(index);
    const input = at(node.inputs[0] as number).shape;
    const axes = reducedAxes(node);
    const loops = Math.max(input.length, 1);
    const sources = sourceOf(graph, node.inputs[0] as number, alongLoops(input.length, loops), loops);
    const overLast = axes.length === 1 && axes[0] === input.length - 1;
    if (node.op === "argmax" && !overLast) {
      add(open("own", input, index), index, "element", sources);
      return;
    }
    const role: Role = overLast ? "row" : "sink";
    for (const group of candidates(sources, input)) {
      if (group.kind !== "nest" || !sameShape(group.domain, input) || !fits(group, sources, "all")) continue;
      add(group, index, role, sources);
      return;
    }
    add(open("nest", input, index), index, role, sources);
  };

  graph.nodes.forEach((node, index) => {
    const kind = classOf(node);
    if (kind === "element") placeElement(index);
    else if (kind === "reduction") placeReduction(index);
    else if (kind === "contraction" || kind === "own") {
      const sources = node.inputs.flatMap((input) => sourceOf(graph, input, undefined, 1));
      add(open(kind === "own" ? "own" : "contraction", node.shape, index), index, "element", sources);
    }
  });
  return { groups, groupOf };
}

/** What a node of this shape would be in the group. */
function roleFor(group: Group, shape: readonly number[]): Role | undefined {
  if (sameShape(group.domain, shape)) return "element";
  const isRow = group.kind === "nest" && group.domain.length > 0 && sameShape(group.domain.slice(0, -1), shape);
  return isRow ? "row" : undefined;
}

/** The gradient of a weight: the first axes of both factors, their samples, are summed over. */
function sumsOverSamples(node: Node<number>): boolean {
  return (
    node.op === "dot" &&
    numberPairsAttribute("dot", node.attributes, "contract").some(([left, right]) => left === 0 && right === 0)
  );
}

const count = (shape: readonly number[]): number => shape.reduce((total, size) => total * size, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

const knownSources = new WeakMap<StaticGraph, (readonly Source[])[]>();

/** The computing nodes and leaves that an element node reads, each axis of it running along a loop. */
export function sourcesOf(graph: StaticGraph, index: number): readonly Source[] {
  const known = knownSources.get(graph) ?? [];
  knownSources.set(graph, known);
  const sources = known[index] ?? findSources(graph, index);
  known[index] = sources;
  return sources;
}

function findSources(graph: StaticGraph, index: number): readonly Source[] {
  const node = graph.nodes[index] as Node<number>;
  const loops = Math.max(node.shape.length, 1);
  const coordinates = alongLoops(node.shape.length, loops);
  if (node.op !== "gather")
    return node.inputs.flatMap((input) => sourceOf(graph, input, inputCoordinates(graph, input, coordinates), loops));
  const [table, indices] = node.inputs as [number, number];
  const along = coordinates.slice(0, (graph.nodes[indices] as Node<number>).shape.length);
  return [...sourceOf(graph, table, undefined, loops), ...sourceOf(graph, indices, along, loops)];
}

/** Scalars beside a larger value (the seed of random numbers) have no axes to stand at. */
function inputCoordinates(graph: StaticGraph, input: number, coordinates: Coordinates): Coordinates {
  return leading(coordinates, (graph.nodes[input] as Node<number>).shape.length);
}

/** Follows views down to what is computed or held. */
export function sourceOf(
  graph: StaticGraph,
  index: number,
  coordinates: Coordinates | undefined,
  loops: number,
): readonly Source[] {
  let [current, place] = [index, coordinates];
  for (;;) {
    const node = graph.nodes[current] as Node<number>;
    const kind = classOf(node);
    if (kind === "inline") return [];
    if (node.op === "part") return [{ node: node.inputs[0] as number, coordinates: undefined }];
    if (kind !== "view") return [{ node: current, coordinates: place }];
    const input = node.inputs[0] as number;
    place = place && throughView(node, place, (graph.nodes[input] as Node<number>).shape, loops);
    current = input;
  }
}
