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
  const sizeOf = sizeTable(sizes);
  for (const node of graph.nodes) {
    const { op, inputs, dtype, origin } = node;
    const body = node.body === undefined ? undefined : specialise(node.body, sizes);
    const shape = node.shape.map(sizeOf);
    const attributes = staticAttributes(node.attributes, sizeOf);
    nodes.push({ op, inputs, attributes, shape, dtype, origin, ...(body === undefined ? {} : { body }) });
    if (isEntrywise(op) && inputs.every((input) => sameShape(nodes[input]?.shape ?? [], shape))) continue;
    const inferred = operation(op).infer(
      inputs.map((input) => valueType(nodes, input)),
      attributes,
      body,
    );
    const found = inferred.shape.map((size) => evaluateDim(size, {}));
    if (!sameShape(found, shape)) {
      throw new ShapeError(op, `at these sizes ${op} gives [${found.join(", ")}] instead of [${shape.join(", ")}]`);
    }
  }
  return { nodes, outputs: graph.outputs, assignments: graph.assignments };
}

/** Entry by entry, so the result has the shape of every input: their rule has nothing to add where these agree. */
const isEntrywise = (op: string): boolean => ["unary", "binary", "select"].includes(operation(op).group);

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** Evaluates each of a graph's few distinct sizes once. */
function sizeTable(sizes: Sizes): (size: Dim) => number {
  const known = new Map<Dim, number>();
  return (size) => {
    const existing = known.get(size);
    if (existing !== undefined) return existing;
    const value = evaluateDim(size, sizes);
    known.set(size, value);
    return value;
  };
}

/** The attributes themselves where they hold no sizes. */
function staticAttributes(attributes: Attributes<Dim>, sizeOf: (size: Dim) => number): Attributes<number> {
  let changed = false;
  const result: Record<string, Attribute<number>> = {};
  for (const key in attributes) {
    const value = attributes[key] as Attribute<Dim>;
    const made = staticAttribute(value, sizeOf);
    changed ||= made !== value;
    result[key] = made;
  }
  return changed ? result : (attributes as Attributes<never>);
}

function staticAttribute(value: Attribute<Dim>, sizeOf: (size: Dim) => number): Attribute<number> {
  if (typeof value === "number") return encodeNumber(value);
  if (value === null || typeof value !== "object") return value;
  if (isDim(value)) return sizeOf(value);
  if (!isList(value)) return staticAttributes(value, sizeOf);
  const list = value.map((entry) => staticAttribute(entry, sizeOf));
  return list.every((entry, at) => entry === value[at]) ? (value as readonly Attribute<number>[]) : list;
}

function isList(value: Attribute<Dim>): value is readonly Attribute<Dim>[] {
  return Array.isArray(value);
}
