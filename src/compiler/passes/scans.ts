// Merges a scan with the widened copy of it that differentiation adds (the same loop with more outputs), so that the
// forward loop runs once.
import type { Node, StaticGraph } from "../ir/graph.ts";
import { scanCounts } from "../ops/support/scan-layout.ts";
import { nodeKey } from "./cse.ts";
import { rebuild } from "./rewrite.ts";

/** The same graph in which, of scans over the same inputs with the same body, only the one with the most outputs runs. */
export function mergeScans(graph: StaticGraph): StaticGraph {
  const widest = new Map<string, Node<number>>();
  graph.nodes.forEach((node) => {
    if (node.op !== "scan") return;
    const known = widest.get(loopKey(node));
    if (known === undefined || (outputsOf(node) > outputsOf(known) && agree(known, node))) widest.set(loopKey(node), node);
  });
  const placed = new Map<Node<number>, number>();
  return rebuild(graph, ({ node, emit, original }) => {
    if (node.op !== "scan") return emit(node);
    const wide = widest.get(loopKey(original));
    if (wide === undefined || !agree(original, wide)) return emit(node);
    const existing = placed.get(wide);
    if (existing !== undefined) return existing;
    // Both read the same inputs, so the wide loop can stand where the narrow one stood.
    const { attributes, body } = wide;
    const place = emit({ ...node, attributes, ...(body === undefined ? {} : { body }) });
    placed.set(wide, place);
    return place;
  });
}

const outputsOf = (node: Node<number>): number => scanCounts(node.attributes).outputs;

/** Equal for loops that differ at most in their outputs (or in body inputs that the narrow one does not read). */
function loopKey(node: Node<number>): string {
  const { outputs: _outputs, ...attributes } = node.attributes;
  return `${node.inputs.join(",")}|${JSON.stringify(attributes)}`;
}

/** Whether the wide loop computes everything that the narrow one does, under the same part indices. */
function agree(narrow: Node<number>, wide: Node<number>): boolean {
  if (narrow === wide) return true;
  const [inner, outer] = [narrow.body, wide.body];
  if (inner === undefined || outer === undefined || inner.nodes.length > outer.nodes.length) return false;
  if (Object.entries(inner.outputs).some(([name, index]) => outer.outputs[name] !== index)) return false;
  return inner.nodes.every((node, index) => nodeKey(node) === nodeKey(outer.nodes[index] as Node<number>));
}
