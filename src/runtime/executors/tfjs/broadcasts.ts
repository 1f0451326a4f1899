// Finds the broadcasts that need not be carried out: tfjs's arithmetic broadcasts its inputs itself, so where only
// arithmetic reads a broadcast, a reshape with axes of size 1 does, which copies nothing.
import type { Node, StaticGraph } from "../../../compiler/ir/graph.ts";

/** Operations whose tfjs kernels broadcast as fast as they run, on every backend. */
const arithmetic: ReadonlySet<string> = new Set(["add", "subtract", "multiply", "divide", "maximum", "minimum"]);

/** For each broadcast that may stay undone the shape, with axes of size 1, that stands in for it. */
export function virtualBroadcasts(graph: StaticGraph): ReadonlyMap<number, readonly number[]> {
  const readers: Node<number>[][] = graph.nodes.map(() => []);
  for (const node of graph.nodes) for (const input of new Set(node.inputs)) readers[input]?.push(node);
  const results = new Set([...Object.values(graph.outputs), ...graph.assignments.map(({ value }) => value)]);
  const found = new Map<number, readonly number[]>();
  graph.nodes.forEach((node, index) => {
    if (node.op !== "broadcast" || results.has(index)) return;
    // The other operand must have the full shape, or the result would not.
    const allowed = readers[index]?.every(
      ({ op, inputs }) => arithmetic.has(op) && inputs.some((input) => input !== index && !found.has(input)),
    );
    if (allowed === true) found.set(index, alignedShape(graph, node));
  });
  return found;
}

/** The broadcast's input shape with an axis of size 1 at every new axis. */
function alignedShape(graph: StaticGraph, { inputs, attributes, shape }: Node<number>): readonly number[] {
  const source = graph.nodes[inputs[0] ?? -1];
  const axes = attributes.axes as readonly number[];
  return shape.map((_, axis) => {
    const from = axes.indexOf(axis);
    return from === -1 ? 1 : (source?.shape[from] ?? 1);
  });
}
