// Builds a symbolic graph node by node: the one place where shapes of new nodes are inferred, through each op's own rule.
import type { Dim } from "../dims/dim.ts";
import { operation } from "../ops/index.ts";
import { valueType } from "../ops/support/value-type.ts";
import type { Assignment, Attributes, DType, Node, Origin, SymbolicGraph } from "./graph.ts";

export interface GraphBuilder {
  readonly nodes: readonly Node<Dim>[];
  /** Appends a node; its shape and dtype follow from the op's rule. Throws `ShapeError` where the inputs do not fit. */
  add(op: string, inputs: readonly number[], attributes?: Attributes<Dim>, extra?: { body?: SymbolicGraph }): number;
  shape(node: number): readonly Dim[];
  dtype(node: number): DType;
  /** The origin given to nodes added from now on. */
  setOrigin(origin: Origin): void;
  readonly origin: Origin;
  finish(outputs: Readonly<Record<string, number>>, assignments?: readonly Assignment[]): SymbolicGraph;
}

export function graphBuilder(start?: readonly Node<Dim>[]): GraphBuilder {
  const nodes: Node<Dim>[] = start === undefined ? [] : [...start];
  let origin: Origin = { span: undefined, path: "" };
  const at = (index: number): Node<Dim> => {
    const node = nodes[index];
    if (node === undefined) throw new RangeError(`no node ${index}`);
    return node;
  };
  return {
    nodes,
    add(op, inputs, attributes = {}, extra = {}) {
      const result = operation(op).infer(
        inputs.map((index) => valueType(nodes, index)),
        attributes,
        extra.body,
      );
      nodes.push({ op, inputs, attributes, shape: result.shape, dtype: result.dtype, origin, ...extra });
      return nodes.length - 1;
    },
    shape: (node) => at(node).shape,
    dtype: (node) => at(node).dtype,
    setOrigin(next) {
      origin = next;
    },
    get origin() {
      return origin;
    },
    finish: (outputs, assignments = []) => ({ nodes: [...nodes], outputs: { ...outputs }, assignments: [...assignments] }),
  };
}
