// The frame that all passes share: walk a graph in order, give each node a replacement, and renumber what reads it.
import type { Graph, Node } from "../ir/graph.ts";

/** Appends a node of the new graph and gives its index there. */
export type EmitNode<Size> = (node: Node<Size>) => number;

/** The place of a node that the new graph lacks. */
export const removed = -1;

/** One node as a pass sees it. */
export interface Visit<Size> {
  /** The node with its inputs renumbered for the new graph. */
  readonly node: Node<Size>;
  /** The node as the old graph has it, and its index there. */
  readonly original: Node<Size>;
  readonly index: number;
  /** The new graph so far. */
  readonly nodes: readonly Node<Size>[];
  readonly emit: EmitNode<Size>;
}

/**
 * A new graph made by visiting every node in order. The visitor emits what it needs and gives the index that stands for
 * the node from now on, or `removed`. Throws `RangeError` where something reads a removed node.
 */
export function rebuild<Size>(graph: Graph<Size>, visit: (visit: Visit<Size>) => number): Graph<Size> {
  const nodes: Node<Size>[] = [];
  const placed: number[] = [];
  const present = (place: number | undefined): number => {
    if (place === undefined || place === removed) throw new RangeError("a removed node is still read");
    return place;
  };
  const emit: EmitNode<Size> = (node) => {
    for (let at = 0; at < node.inputs.length; at += 1) present(node.inputs[at]);
    return nodes.push(node) - 1;
  };
  graph.nodes.forEach((original, index) => {
    placed.push(visit({ node: withPlaces(original, placed), original, index, nodes, emit }));
  });
  return {
    nodes,
    outputs: Object.fromEntries(Object.entries(graph.outputs).map(([name, index]) => [name, present(placed[index])])),
    assignments: graph.assignments.map(({ variable, value }) => ({ variable, value: present(placed[value]) })),
  };
}

/** The node with its inputs where they are now: the node itself if none has moved. */
function withPlaces<Size>(node: Node<Size>, placed: readonly number[]): Node<Size> {
  const { inputs } = node;
  for (let at = 0; at < inputs.length; at += 1) {
    if (placed[inputs[at] as number] !== inputs[at]) return { ...node, inputs: inputs.map((input) => placed[input] ?? removed) };
  }
  return node;
}

/** The same graph with every loop body replaced. */
export function mapBodies<Size>(graph: Graph<Size>, change: (body: Graph<Size>) => Graph<Size>): Graph<Size> {
  const nodes = graph.nodes.map((node) => (node.body === undefined ? node : { ...node, body: change(node.body) }));
  return { ...graph, nodes };
}
