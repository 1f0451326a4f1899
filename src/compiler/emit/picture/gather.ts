// A graph's nodes gathered into pieces: a field, a bank, a closed module with all its calls, or steps of one place that hang together.
import type { Dim } from "../../dims/dim.ts";
import type { Node, SymbolicGraph } from "../../ir/graph.ts";
import type { DeclaredNames } from "./names.ts";
import { type Place, placeFinder, weightedModules, withoutNumber } from "./places.ts";

export interface Piece {
  readonly id: string;
  readonly kind: "field" | "bank" | "module" | "loose" | "prediction" | "loss";
  /** Indices in the graph, in its order. */
  readonly nodes: readonly number[];
}

export interface Link {
  readonly from: string;
  readonly to: string;
  /** The node that is handed on. */
  readonly node: number;
}

export interface Pieces {
  readonly pieces: readonly Piece[];
  readonly links: readonly Link[];
  /** Where every node belongs that is not a field or a bank. */
  readonly places: ReadonlyMap<number, Place>;
}

export interface GatherOptions {
  readonly names: DeclaredNames;
  readonly banks: ReadonlySet<string>;
  readonly open: ReadonlySet<string>;
}

export function gather(graph: SymbolicGraph, { names, banks, open }: GatherOptions): Pieces {
  const { nodes } = graph;
  const shown = shownNodes(graph);
  const isBank = (node: Node<Dim>): boolean => node.op === "variable" && banks.has(variableName(node));
  const weights = nodes.filter((node) => node.op === "variable" && !isBank(node)).map(variableName);
  const placeOf = placeFinder({ names, open, weighted: weightedModules(weights) });
  const places = new Map<number, Place>();
  const roots = disjointSets();
  const first = new Map<string, number>();
  for (const index of shown) {
    const node = nodes[index];
    if (node === undefined || isSource(node)) continue;
    const place = placeOf(node.origin.path);
    places.set(index, place);
    const { key } = place;
    if (place.closed) {
      roots.join(index, first.get(key) ?? index);
      first.set(key, first.get(key) ?? index);
      continue;
    }
    for (const input of node.inputs) {
      const source = places.get(input);
      if (source?.closed === false && source.key === key) roots.join(index, input);
    }
  }
  for (const [one, other] of sameSteps(graph, places, roots, open)) roots.join(one, other);
  const pieceOf = (index: number): Omit<Piece, "nodes"> | undefined => {
    const node = nodes[index];
    if (node === undefined || !shown.has(index)) return undefined;
    if (node.op === "input") return { id: `field ${String(node.attributes.name)}`, kind: "field" };
    if (isBank(node)) return { id: `bank ${variableName(node)}`, kind: "bank" };
    if (node.op === "variable") return undefined;
    const root = roots.find(index);
    return { id: `step ${root}`, kind: places.get(root)?.closed === true ? "module" : "loose" };
  };
  const pieces = new Map<string, Piece & { readonly nodes: number[] }>();
  const links: Link[] = [];
  for (const index of shown) {
    const piece = pieceOf(index);
    if (piece === undefined) continue;
    const known = pieces.get(piece.id);
    if (known === undefined) pieces.set(piece.id, { ...piece, nodes: [index] });
    else known.nodes.push(index);
    for (const input of nodes[index]?.inputs ?? []) {
      const source = pieceOf(input);
      if (source !== undefined && source.id !== piece.id) links.push({ from: source.id, to: piece.id, node: input });
    }
  }
  for (const { id, kind, nodes: members } of pieces.values()) {
    const again = kind === "module" ? secondPass(graph, members) : undefined;
    if (again !== undefined) links.push({ from: id, to: id, node: again });
  }
  const end = (id: string, kind: Piece["kind"], value: number): void => {
    const source = pieceOf(value);
    if (source === undefined) return;
    if (!pieces.has(id)) pieces.set(id, { id, kind, nodes: [] });
    links.push({ from: source.id, to: id, node: value });
  };
  for (const [name, index] of Object.entries(graph.outputs)) {
    const kind = outputKind(name);
    if (kind !== undefined) end(`output ${name}`, kind, index);
  }
  for (const { variable, value } of graph.assignments) if (banks.has(variable)) end(`bank ${variable}`, "bank", value);
  return { pieces: [...pieces.values()], links, places };
}

/** Pairs of loose pieces that are the same steps in two calls of one module: at one place, between the same places of that module. */
function sameSteps(
  graph: SymbolicGraph,
  places: ReadonlyMap<number, Place>,
  roots: DisjointSets,
  open: ReadonlySet<string>,
): [number, number][] {
  const neighbours = new Map<number, Set<string>>();
  const around = ({ components }: Place): string | undefined => {
    const at = components.findLastIndex((component, position) => position > 0 && open.has(withoutNumber(component)));
    return at === -1 ? undefined : components.slice(0, at + 1).join("/");
  };
  const note = (index: number, kind: "reads" | "read by", neighbour: Place): void => {
    const place = places.get(index);
    const module = place === undefined || place.closed ? undefined : around(place);
    if (module === undefined) return;
    const root = roots.find(index);
    const known = neighbours.get(root) ?? new Set<string>();
    neighbours.set(root, known);
    const { key } = neighbour;
    if (key.startsWith(`${module}/`)) known.add(`${kind} ${key}`);
  };
  for (const [index, place] of places) {
    for (const input of graph.nodes[index]?.inputs ?? []) {
      const source = places.get(input);
      if (source === undefined || roots.find(input) === roots.find(index)) continue;
      note(index, "reads", source);
      note(input, "read by", place);
    }
  }
  const first = new Map<string, number>();
  return [...neighbours].flatMap(([root, found]): [number, number][] => {
    const key = [places.get(root)?.key, ...[...found].sort()].join("\n");
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, root);
    return earlier === undefined ? [] : [[earlier, root]];
  });
}

/** The first node of a module that depends on its first weight twice, by way of the module alone: it is called on its own result. */
function secondPass(graph: SymbolicGraph, members: readonly number[]): number | undefined {
  const passes = new Map<number, number>();
  let first: string | undefined;
  for (const index of members) {
    const inputs = graph.nodes[index]?.inputs ?? [];
    const read = inputs.flatMap((input) => {
      const source = graph.nodes[input];
      return source?.op === "variable" ? [variableName(source)] : [];
    });
    first ??= read[0];
    const before = Math.max(0, ...inputs.map((input) => passes.get(input) ?? 0));
    passes.set(index, before + (first !== undefined && read.includes(first) ? 1 : 0));
    if (passes.get(index) === 2) return index;
  }
  return undefined;
}

export const variableName = (node: Node<Dim>): string => String(node.attributes.name);

function outputKind(name: string): "prediction" | "loss" | undefined {
  if (name.startsWith("predict.")) return "prediction";
  return name.startsWith("loss.") ? "loss" : undefined;
}

/** What a result or a bank needs, and what depends on a field or a weight, in the graph's order: no masks, no constants. */
function shownNodes(graph: SymbolicGraph): ReadonlySet<number> {
  const alive = graph.nodes.map(isSource);
  for (const [index, node] of graph.nodes.entries()) {
    if (!alive[index] && node.op !== "input") alive[index] = node.inputs.some((input) => alive[input]);
  }
  const shown = new Set<number>();
  const results = Object.entries(graph.outputs).flatMap(([name, index]) => (outputKind(name) === undefined ? [] : [index]));
  const pending = [...results, ...graph.assignments.map(({ value }) => value)];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (shown.has(index) || !alive[index]) continue;
    shown.add(index);
    pending.push(...(graph.nodes[index]?.inputs ?? []));
  }
  return new Set([...shown].sort((one, other) => one - other));
}

function isSource(node: Node<Dim>): boolean {
  if (node.op === "variable") return true;
  return node.op === "input" && !String(node.attributes.name).includes("#");
}

interface DisjointSets {
  /** The smallest member of the set. */
  find(index: number): number;
  join(one: number, other: number): void;
}

function disjointSets(): DisjointSets {
  const parents = new Map<number, number>();
  const find = (index: number): number => {
    let root = index;
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
    return root;
  };
  return {
    find,
    join(one, other) {
      const [first, second] = [find(one), find(other)].sort((a, b) => a - b) as [number, number];
      if (first !== second) parents.set(second, first);
    },
  };
}
