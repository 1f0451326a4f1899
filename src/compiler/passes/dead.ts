// Dead code: keeps what an output or an assignment needs. A scan also loses the outputs, sequences and constants that
// nothing needs, and its body what only those needed.
import type { Graph, Node } from "../ir/graph.ts";
import { scanCounts, scanInputNames } from "../ops/support/scan-layout.ts";
import { rebuild, removed } from "./rewrite.ts";

/** The same graph, symbolic or static, without nodes that no output and no assignment depends on. Outputs and values are unchanged. */
export function eliminateDead<Size>(graph: Graph<Size>): Graph<Size> {
  const reachable = removeUnreachable(graph);
  const slim = slimScans(reachable);
  return slim === reachable ? reachable : removeUnreachable(slim);
}

function removeUnreachable<Size>(graph: Graph<Size>): Graph<Size> {
  const { nodes } = graph;
  const live = new Uint8Array(nodes.length);
  for (const index of Object.values(graph.outputs)) live[index] = 1;
  for (const { value } of graph.assignments) live[value] = 1;
  let count = 0;
  for (let index = nodes.length - 1; index >= 0; index -= 1) {
    if (live[index] === 0) continue;
    count += 1;
    for (const input of nodes[index]?.inputs ?? []) live[input] = 1;
  }
  if (count === nodes.length) return graph;
  return rebuild(graph, ({ node, index, emit }) => (live[index] === 0 ? removed : emit(node)));
}

function slimScans<Size>(graph: Graph<Size>): Graph<Size> {
  if (!graph.nodes.some((node) => node.op === "scan")) return graph;
  const taken = partsTaken(graph);
  const renumbered = new Map<number, ReadonlyMap<number, number>>();
  return rebuild(graph, ({ node, index, emit, original }) => {
    if (node.op === "scan") {
      const slim = slimScan(node, original, taken.get(index) ?? new Set());
      renumbered.set(index, slim.parts);
      return emit(slim.node);
    }
    if (node.op !== "part") return emit(node);
    const part = renumbered.get(original.inputs[0] ?? -1)?.get(Number(node.attributes.index));
    if (part === undefined) throw new RangeError("a part was dropped that something takes");
    return emit({ ...node, attributes: { index: part } });
  });
}

/** For each scan the indices of the parts that some node takes. */
function partsTaken<Size>(graph: Graph<Size>): ReadonlyMap<number, ReadonlySet<number>> {
  const taken = new Map<number, Set<number>>();
  for (const node of graph.nodes) {
    const [scan] = node.inputs;
    if (node.op !== "part" || scan === undefined) continue;
    const set = taken.get(scan) ?? new Set();
    set.add(Number(node.attributes.index));
    taken.set(scan, set);
  }
  return taken;
}

interface Slimmed<Size> {
  readonly node: Node<Size>;
  /** New index of each part that is left. */
  readonly parts: ReadonlyMap<number, number>;
}

/** `node` has its inputs already renumbered; `taken` are the parts in use. All carries stay. */
function slimScan<Size>(node: Node<Size>, original: Node<Size>, taken: ReadonlySet<number>): Slimmed<Size> {
  const body = node.body;
  if (body === undefined) throw new RangeError("a scan without a body");
  const counts = scanCounts(original.attributes);
  const keptOutputs = Array.from({ length: counts.outputs }, (_, k) => k).filter((k) => taken.has(counts.carries + k));
  const outputs: Record<string, number> = {};
  for (let k = 0; k < counts.carries; k += 1) outputs[`carry.${k}`] = outputOf(body, `carry.${k}`);
  keptOutputs.forEach((k, place) => {
    outputs[`out.${place}`] = outputOf(body, `out.${k}`);
  });
  const slimBody = eliminateDead({ ...body, outputs });
  const read = new Set(slimBody.nodes.filter((inner) => inner.op === "input").map((inner) => String(inner.attributes.name)));
  const names = scanInputNames(counts);
  const kept = names.map((name, k) => name.startsWith("carry.") || read.has(name) || (k === counts.carries && lacksSlice(read)));
  const renamed = renumberNames(names, kept);
  const count = (kind: string): number => names.filter((name, k) => kept[k] === true && name.startsWith(kind)).length;
  const attributes = { ...node.attributes, sequences: count("slice."), constants: count("const."), outputs: keptOutputs.length };
  const renamedNodes = slimBody.nodes.map((inner) => {
    const name = inner.op === "input" ? renamed.get(String(inner.attributes.name)) : undefined;
    return name === undefined ? inner : { ...inner, attributes: { ...inner.attributes, name } };
  });
  const parts = new Map<number, number>();
  for (let k = 0; k < counts.carries; k += 1) parts.set(k, k);
  keptOutputs.forEach((k, place) => {
    parts.set(counts.carries + k, counts.carries + place);
  });
  const inputs = node.inputs.filter((_, k) => kept[k] === true);
  return { node: { ...node, inputs, attributes, body: { ...slimBody, nodes: renamedNodes } }, parts };
}

/** Whether no sequence is read: one must stay all the same, since it says how long the loop is. */
function lacksSlice(read: ReadonlySet<string>): boolean {
  return ![...read].some((name) => name.startsWith("slice."));
}

function renumberNames(names: readonly string[], kept: readonly boolean[]): ReadonlyMap<string, string> {
  const next = new Map<string, number>();
  const renamed = new Map<string, string>();
  names.forEach((name, k) => {
    if (kept[k] !== true) return;
    const kind = name.slice(0, name.indexOf("."));
    const place = next.get(kind) ?? 0;
    next.set(kind, place + 1);
    renamed.set(name, `${kind}.${place}`);
  });
  return renamed;
}

function outputOf<Size>(body: Graph<Size>, name: string): number {
  const index = body.outputs[name];
  if (index === undefined) throw new RangeError(`the body of a scan lacks ${name}`);
  return index;
}
