// The door of this folder: a plan's graph to a program of fused kernels.
import type { Node, StaticGraph } from "../../ir/graph.ts";
import type { Buffer, KernelProgram } from "../kernel.ts";
import { lowerGraph } from "./graph.ts";
import { updateInPlace } from "./in-place.ts";
import { type Layout, wholeBuffer } from "./layout.ts";
import { type Lowering, startLowering } from "./lowering.ts";
import { withRowFactors } from "./row-factors.ts";
import { withSlopes } from "./slopes.ts";

/** Lowers a graph. Its outputs and assignments alone decide what is computed. */
export function lower(given: StaticGraph, name: string): KernelProgram {
  const graph = withSlopes(withRowFactors(given));
  const buffers: Buffer[] = [];
  const leaves = new Map<string, Layout>();
  const leafAt = (kind: "input" | "variable", own: string, { shape, dtype, origin }: Node<number>): Layout => {
    const key = `${kind} ${own}`;
    const existing = leaves.get(key);
    if (existing !== undefined) return existing;
    const layout = wholeBuffer(buffers.push({ kind, name: own, dtype, shape, path: origin.path }) - 1, shape);
    leaves.set(key, layout);
    return layout;
  };
  const leaf = (node: Node<number>): Layout => leafAt(node.op as "input" | "variable", String(node.attributes.name), node);
  const lowering = startLowering({ graph, depth: 0, buffers, leaf });
  const outputs: Record<string, number> = {};
  const copies: { variable: number; from: number }[] = [];
  const kernels = lowerGraph(lowering, () => {
    for (const [output, node] of Object.entries(graph.outputs)) {
      const buffer = lowering.inOwnBuffer(node);
      buffers[buffer] = { ...(buffers[buffer] as Buffer), kind: "output", name: output };
      outputs[output] = buffer;
    }
    for (const { variable, value } of graph.assignments) {
      const target = leafAt("variable", variable, lowering.node(value)).buffer;
      copies.push({ variable: target, from: lowering.inOwnBuffer(value) });
    }
  });
  return updateInPlace({ name, buffers, kernels, outputs, copies });
}

export type { Lowering };
