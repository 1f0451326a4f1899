// What the tfjs executor works out once for a graph: the operation of each node, what to free after it, and the values
// that are the same in every run.
import type * as tfjs from "@tensorflow/tfjs-core";
import type { Node, StaticGraph } from "../../../compiler/ir/graph.ts";
import { operation } from "../../../compiler/ops/index.ts";
import type { Operation, Tfjs, TfjsContext } from "../../../compiler/ops/operation.ts";
import { elementCount } from "../feeds.ts";
import { virtualBroadcasts } from "./broadcasts.ts";

export interface Step {
  readonly node: Node<number>;
  readonly operation: Operation;
  /** Nodes whose values nothing reads after this step. */
  readonly release: readonly number[];
  /** The value where it is the same in every run; lives as long as the prepared graph. */
  readonly fixed: tfjs.Tensor | undefined;
  /** For a broadcast that may stay undone: the shape that stands in for it. */
  readonly virtual: readonly number[] | undefined;
}

export interface PreparedGraph {
  readonly graph: StaticGraph;
  readonly steps: readonly Step[];
  readonly bodies: ReadonlyMap<StaticGraph, PreparedGraph>;
  dispose(): void;
}

const constantOps: ReadonlySet<string> = new Set(["constant", "literal", "iota"]);
/** Larger constants are made anew in each run rather than kept for as long as the plan is loaded. */
const keptElements = 1 << 16;

/** The backend that will run the graph must be the current one. */
export function prepare(tf: Tfjs, graph: StaticGraph, lastUse: readonly number[] = lastUses(graph)): PreparedGraph {
  const release: number[][] = graph.nodes.map(() => []);
  lastUse.forEach((reader, index) => {
    release[reader]?.push(index);
  });
  const virtual = virtualBroadcasts(graph);
  const bodies = new Map<StaticGraph, PreparedGraph>();
  const steps = graph.nodes.map((node, index): Step => {
    if (node.body !== undefined) bodies.set(node.body, prepare(tf, node.body));
    const definition = operation(node.op);
    const keep = constantOps.has(node.op) && elementCount(node.shape) <= keptElements;
    const fixed = keep ? fixedValue(tf, definition, node) : undefined;
    return { node, operation: definition, release: release[index] ?? [], fixed, virtual: virtual.get(index) };
  });
  return {
    graph,
    steps,
    bodies,
    dispose() {
      for (const step of steps) step.fixed?.dispose();
      for (const body of bodies.values()) body.dispose();
    },
  };
}

function fixedValue(tf: Tfjs, definition: Operation, node: Node<number>): tfjs.Tensor {
  const refuse = (): never => {
    throw new RangeError(`${node.op} has no body and calls no host function`);
  };
  const context: TfjsContext = { tf, runBody: refuse, extension: refuse };
  const value = definition.tfjs([], node, context);
  return Array.isArray(value) ? refuse() : value;
}

/** For each node the last node that reads it: itself where none does, the number of nodes where a result needs it. */
function lastUses(graph: StaticGraph): readonly number[] {
  const last = graph.nodes.map((_, index) => index);
  graph.nodes.forEach((node, index) => {
    for (const input of node.inputs) last[input] = index;
  });
  for (const node of Object.values(graph.outputs)) last[node] = graph.nodes.length;
  for (const { value } of graph.assignments) last[value] = graph.nodes.length;
  return last;
}
