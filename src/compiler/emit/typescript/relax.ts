// The graph as a person would write it with tfjs: the IR stretches every operand to the result's shape, tfjs does so by itself
// and takes plain numbers too. Nodes that exist for the compiler only (stop, a reshape to the same shape) go.
import { constantValue, type Dim, dimsEqual, isDim } from "../../dims/dim.ts";
import type { Graph, Node } from "../../ir/graph.ts";
import { rebuild, type Visit } from "../../passes/rewrite.ts";

/** Operations whose tfjs form stretches its operands. */
const stretching: ReadonlySet<string> = new Set([
  "add",
  "subtract",
  "multiply",
  "divide",
  "power",
  "maximum",
  "minimum",
  "equal",
  "less",
  "less_equal",
  "select",
]);

/**
 * A graph of the same values, for reading: it may hold nodes `number` (a scalar that is written as its value), and operands
 * of elementwise operations may be smaller than the result. It fits no executor any more.
 */
export function relax(graph: Graph<Dim>): Graph<Dim> {
  return rebuild(graph, (visit) => {
    const { node, nodes, emit } = visit;
    if (node.body !== undefined) return emit({ ...node, body: relax(node.body) });
    const [input = -1] = node.inputs;
    const source = nodes[input];
    switch (node.op) {
      case "stop":
      case "gradient_scale":
        return input;
      case "broadcast":
        return source !== undefined && sameShape(source.shape, node.shape) ? input : emit(node);
      case "reshape": {
        const inner = source?.op === "reshape" ? (source.inputs[0] ?? input) : input;
        return sameShape(nodes[inner]?.shape ?? [], node.shape) ? inner : emit({ ...node, inputs: [inner] });
      }
      default:
        return stretching.has(node.op) ? stretched(visit) : emit(node);
    }
  });
}

function stretched({ node, nodes, emit }: Visit<Dim>): number {
  const loose = node.inputs.map((input) => loosened(nodes, input));
  const shapes = loose.map((operand, at) => operand?.shape ?? nodes[node.inputs[at] ?? -1]?.shape ?? []);
  // Every axis of the result needs an operand that has it whole.
  for (const [at] of loose.entries()) {
    if (covers(shapes, node.shape)) break;
    shapes[at] = nodes[node.inputs[at] ?? -1]?.shape ?? [];
    loose[at] = undefined;
  }
  const inputs = node.inputs.map((input, at) => {
    const operand = loose[at];
    if (operand === undefined) return input;
    return operand.node === undefined ? operand.index : emit(operand.node);
  });
  const [left = -1, right = -1] = inputs;
  if (node.op === "multiply" && isOne(nodes[left]) && sameShape(nodes[right]?.shape ?? [], node.shape)) return right;
  return emit({ ...node, inputs });
}

/** A smaller operand: a node that is there already, or one to be made. */
interface Loose {
  readonly index: number;
  readonly node: Node<Dim> | undefined;
  readonly shape: readonly Dim[];
}

function loosened(nodes: readonly Node<Dim>[], index: number): Loose | undefined {
  const node = nodes[index];
  const [input = -1] = node?.inputs ?? [];
  const source = node?.op === "broadcast" ? nodes[input] : node;
  if (node === undefined || source === undefined) return undefined;
  if (source.op === "constant" && source.dtype === "f32") {
    return { index, node: { ...source, op: "number", inputs: [], shape: [], origin: node.origin }, shape: [] };
  }
  const last = node.shape.at(-1);
  if (node.op === "iota" && last !== undefined && Number(node.attributes.axis) === node.shape.length - 1) {
    return { index, node: { ...node, shape: [last], attributes: { ...node.attributes, axis: 0, sizes: [last] } }, shape: [last] };
  }
  if (node.op !== "broadcast") return undefined;
  const axes = Array.isArray(node.attributes.axes) ? node.attributes.axes.map(Number) : [];
  const first = axes[0] ?? node.shape.length;
  // From its first axis on: one entry wide wherever the result has an axis of its own.
  const shape = node.shape.slice(first).map((_, at) => source.shape[axes.indexOf(at + first)] ?? oneDim);
  if (sameShape(shape, source.shape)) return { index: input, node: undefined, shape };
  return { index, node: { ...node, op: "reshape", inputs: [input], attributes: { sizes: shape }, shape }, shape };
}

const oneDim: Dim = { dim: true, terms: [{ coefficient: 1, symbols: [] }], key: "1" };

function isOne(node: Node<Dim> | undefined): boolean {
  const value = node?.op === "number" ? node.attributes.value : undefined;
  return value === 1 || (isDim(value) && constantValue(value) === 1);
}

const sameShape = (one: readonly Dim[], other: readonly Dim[]): boolean =>
  one.length === other.length && one.every((size, at) => dimsEqual(size, other[at] ?? oneDim));

function covers(shapes: readonly (readonly Dim[])[], result: readonly Dim[]): boolean {
  return result.every((size, axis) =>
    shapes.some((shape) => {
      const own = shape[axis - result.length + shape.length];
      return own !== undefined && dimsEqual(own, size);
    }),
  );
}
