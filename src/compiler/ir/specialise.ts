// From symbolic to static: every size becomes a number, and every shape is inferred once more from those numbers, so that
// what was left open symbolically (the exactness of a division, say) is settled here.
import { type Dim, evaluateDim, isDim, type Sizes } from "../dims/dim.ts";
import { operation } from "../ops/index.ts";
import { ShapeError } from "../ops/operation.ts";
import { encodeNumber } from "../ops/support/attributes.ts";
import { valueType } from "../ops/support/value-type.ts";
import type { Attribute, Attributes, Node, StaticGraph, SymbolicGraph } from "./graph.ts";

/**
 * The graph with these sizes for its symbols. Numbers that JSON cannot write become strings ("Infinity", "-Infinity",
 * "NaN", "-0"). Throws `UnboundSize` for a symbol without a size, `InexactSize` for a division that leaves a rest and
 * `ShapeError` where the shapes do not fit at these sizes.
 */
export function specialise(graph: SymbolicGraph, sizes: Sizes): StaticGraph {
  const nodes: Node<number>[] = [];
  for (const node of graph.nodes) {
    const { body: symbolicBody, ...rest } = node;
    const body = symbolicBody === undefined ? undefined : specialise(symbolicBody, sizes);
    const shape = node.shape.map((size) => evaluateDim(size, sizes));
    const attributes = staticAttributes(node.attributes, sizes);
    nodes.push({ ...rest, attributes, shape, ...(body === undefined ? {} : { body }) });
    const inferred = operation(node.op).infer(
      node.inputs.map((input) => valueType(nodes, input)),
      attributes,
      body,
    );
    const found = inferred.shape.map((size) => evaluateDim(size, {}));
    if (found.length !== shape.length || found.some((size, axis) => size !== shape[axis])) {
      throw new ShapeError(node.op, `at these sizes ${node.op} gives [${found.join(", ")}] instead of [${shape.join(", ")}]`);
    }
  }
  return { nodes, outputs: graph.outputs, assignments: graph.assignments };
}

function staticAttributes(attributes: Attributes<Dim>, sizes: Sizes): Attributes<number> {
  return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, staticAttribute(value, sizes)]));
}

function staticAttribute(value: Attribute<Dim>, sizes: Sizes): Attribute<number> {
  if (typeof value === "number") return encodeNumber(value);
  if (value === null || typeof value !== "object") return value;
  if (isDim(value)) return evaluateDim(value, sizes);
  if (isList(value)) return value.map((entry) => staticAttribute(entry, sizes));
  return staticAttributes(value, sizes);
}

function isList(value: Attribute<Dim>): value is readonly Attribute<Dim>[] {
  return Array.isArray(value);
}
