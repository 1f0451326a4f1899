// What a picture of a model shows: the graph's nodes gathered into boxes, one a place in the spec, with the modules around
// them, the shapes that flow between them, the fields that go in and the predictions and losses that come out.
import type { Dim } from "../dims/dim.ts";
import type { Node, SymbolicGraph } from "../ir/graph.ts";

export interface Box {
  readonly id: string;
  readonly kind: "field" | "step" | "prediction" | "loss";
  readonly title: string;
  /** Smaller lines under the title: weights with their shapes, or the operations. */
  readonly details: readonly string[];
  /** Paths of the modules around it, outermost first. */
  readonly inside: readonly string[];
}

export interface Arrow {
  readonly from: string;
  readonly to: string;
  /** `[B, T, D]`; empty for a scalar. */
  readonly shape: string;
}

export interface Picture {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  /** Titles of the modules that have several boxes inside, by path. */
  readonly modules: ReadonlyMap<string, string>;
}

/** Operations that only rearrange or fill in; a box is not named by them. */
const silent = new Set([
  "input",
  "variable",
  "constant",
  "literal",
  "iota",
  "reshape",
  "broadcast",
  "transpose",
  "cast",
  "slice",
  "stop",
  "part",
]);

const shapeText = (shape: readonly Dim[]): string => (shape.length === 0 ? "" : `[${shape.map(({ key }) => key).join(", ")}]`);

/**
 * The picture of a graph with outputs `predict.NAME` and `loss.NAME`. A call of a library function is one box, whatever it
 * does inside; `library` are their names. Masks and presence are left out: the language makes them.
 */
export function picture(graph: SymbolicGraph, library: ReadonlySet<string>): Picture {
  const placeOf = (node: Node<Dim>): Place => placeIn(node.origin.path, library);
  const boxOf = gather(graph, shownNodes(graph), placeOf);
  const boxes = new Map<string, Box>();
  const arrows = new Map<string, Arrow>();
  const members = new Map<string, number[]>();
  for (const [index, id] of boxOf) members.set(id, [...(members.get(id) ?? []), index]);
  for (const [id, nodes] of members) boxes.set(id, describe(graph, id, nodes, placeOf));
  const connect = (from: string, to: string, shape: string): void => {
    if (from !== to) arrows.set(`${from} ${to} ${shape}`, { from, to, shape });
  };
  for (const [index, id] of boxOf) {
    for (const input of graph.nodes[index]?.inputs ?? []) {
      const source = boxOf.get(input);
      if (source !== undefined) connect(source, id, shapeText(graph.nodes[input]?.shape ?? []));
    }
  }
  for (const [name, index] of Object.entries(graph.outputs)) {
    const source = boxOf.get(index);
    const kind = outputKind(name);
    if (source === undefined || kind === undefined) continue;
    const id = `output ${name}`;
    boxes.set(id, { id, kind, title: name.replace(".", " "), details: [], inside: [] });
    connect(source, id, shapeText(graph.nodes[index]?.shape ?? []));
  }
  return { boxes: [...boxes.values()], arrows: [...arrows.values()], modules: modulesOf([...boxes.values()]) };
}

function outputKind(name: string): "prediction" | "loss" | undefined {
  if (name.startsWith("predict.")) return "prediction";
  return name.startsWith("loss.") ? "loss" : undefined;
}

/** What an output needs, and what depends on a field or a weight: no masks, no constants. */
function shownNodes(graph: SymbolicGraph): ReadonlySet<number> {
  const alive = graph.nodes.map(isSource);
  for (const [index, node] of graph.nodes.entries()) {
    if (!alive[index] && node.op !== "input") alive[index] = node.inputs.some((input) => alive[input]);
  }
  const shown = new Set<number>();
  const pending = Object.entries(graph.outputs).flatMap(([name, index]) => (outputKind(name) === undefined ? [] : [index]));
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (shown.has(index) || !alive[index]) continue;
    shown.add(index);
    pending.push(...(graph.nodes[index]?.inputs ?? []));
  }
  return shown;
}

function isSource(node: Node<Dim>): boolean {
  if (node.op === "variable") return true;
  return node.op === "input" && !String(node.attributes.name).includes("#");
}

/** Where a node belongs: the path up to the first call of the library, and whether there is one. */
interface Place {
  readonly path: string;
  readonly components: readonly string[];
  readonly call: boolean;
}

function placeIn(path: string, library: ReadonlySet<string>): Place {
  const components = path.split("/");
  const call = components.findIndex((component, at) => at > 0 && library.has(withoutNumber(component)));
  const kept = call === -1 ? components : components.slice(0, call + 1);
  return { path: kept.join("/"), components: kept, call: call !== -1 };
}

/** The box of every shown node: fields alone; a library call's nodes; nodes of one place that hang together. */
function gather(
  graph: SymbolicGraph,
  shown: ReadonlySet<number>,
  placeOf: (node: Node<Dim>) => Place,
): ReadonlyMap<number, string> {
  const root = new Map<number, number>();
  const find = (index: number): number => {
    const parent = root.get(index) ?? index;
    return parent === index ? index : find(parent);
  };
  const ordered = [...shown].sort((one, other) => one - other);
  const calls = new Map<string, number>();
  for (const index of ordered) {
    const node = graph.nodes[index];
    if (node === undefined || isSource(node)) continue;
    const place = placeOf(node);
    if (place.call) {
      const first = calls.get(place.path) ?? index;
      calls.set(place.path, first);
      root.set(find(index), find(first));
      continue;
    }
    for (const input of node.inputs) {
      const source = graph.nodes[input];
      if (source === undefined || !shown.has(input) || isSource(source)) continue;
      if (placeOf(source).path === place.path) root.set(find(index), find(input));
    }
  }
  const boxOf = new Map<number, string>();
  for (const index of ordered) {
    const node = graph.nodes[index];
    if (node === undefined || node.op === "variable") continue;
    boxOf.set(index, node.op === "input" ? `field ${node.attributes.name}` : `step ${find(index)}`);
  }
  return boxOf;
}

function describe(graph: SymbolicGraph, id: string, nodes: readonly number[], placeOf: (node: Node<Dim>) => Place): Box {
  const first = graph.nodes[nodes[0] ?? 0];
  if (first === undefined) throw new RangeError(`box ${id} has no nodes`);
  if (first.op === "input") return { id, kind: "field", title: String(first.attributes.name), details: [], inside: [] };
  const { components, call } = placeOf(first);
  const last = components.at(-1) ?? "";
  const around = call ? components.slice(0, -1) : components;
  return {
    id,
    kind: "step",
    title: call || isModule(last) ? withoutNumber(last) : bindingTitle(components),
    details: detailsOf(graph, nodes, call),
    inside: around.flatMap((component, at) => (at > 0 && isModule(component) ? [components.slice(0, at + 1).join("/")] : [])),
  };
}

/** Weights with their shapes, counted where they are many; the operations where there are no weights and no name says them. */
function detailsOf(graph: SymbolicGraph, nodes: readonly number[], named: boolean): string[] {
  const weights = new Map<string, string>();
  const operations = new Set<string>();
  for (const index of nodes) {
    const node = graph.nodes[index];
    if (node === undefined) continue;
    if (!silent.has(node.op)) operations.add(node.op);
    for (const input of node.inputs) {
      const source = graph.nodes[input];
      if (source?.op !== "variable") continue;
      const name = String(source.attributes.name);
      weights.set(name, `${name.slice(name.lastIndexOf(".") + 1)} ${shapeText(source.shape)}`.trimEnd());
    }
  }
  if (weights.size > 2) return [`${weights.size} weights`];
  if (weights.size > 0) return [[...weights.values()].join(", ")];
  const names = [...operations];
  if (named || names.length === 0) return [];
  return [names.length > 4 ? `${names.slice(0, 4).join(", ")}, …` : names.join(", ")];
}

const isModule = (component: string): boolean => /^[A-Z]/.test(component);

/** Calls of one name at one place are numbered: `Linear_2`. */
const withoutNumber = (component: string): string => component.replace(/_\d+$/, "");

/** `h[text]` for `Tri/h/text`: what was bound since the module around it. */
function bindingTitle(components: readonly string[]): string {
  const start = components.findLastIndex((component, at) => at === 0 || isModule(component)) + 1;
  const [name, ...index] = components.slice(start);
  if (name === undefined) return components.at(-1) ?? "";
  return index.length === 0 ? name : `${name}[${index.join(", ")}]`;
}

/** A module is framed where it holds more than one box. */
function modulesOf(boxes: readonly Box[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { inside } of boxes) for (const path of inside) counts.set(path, (counts.get(path) ?? 0) + 1);
  const framed = [...counts].filter(([, count]) => count > 1).map(([path]) => path);
  return new Map(
    framed.map((path) => {
      const components = path.split("/");
      const binding = bindingTitle(components.slice(0, -1));
      const outer = components.slice(0, -1).findLastIndex(isModule);
      const named = outer < components.length - 2;
      return [path, named ? `${binding} · ${withoutNumber(components.at(-1) ?? "")}` : withoutNumber(components.at(-1) ?? "")];
    }),
  );
}
