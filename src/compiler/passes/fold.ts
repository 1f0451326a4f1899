// Constant folding and algebraic identities: computes what is known before any run, and drops nodes that change nothing.
// Every rule keeps the result's value exactly, but for the sign of a zero in x + 0. x * 0 stays, since x may be infinite.
import type { Node, StaticGraph } from "../ir/graph.ts";
import { operation } from "../ops/index.ts";
import { elementCount, makeReference } from "../ops/support/arrays.ts";
import { anyNumberAttribute, encodeNumber, numbersAttribute } from "../ops/support/attributes.ts";
import { type EmitNode, rebuild } from "./rewrite.ts";

/** The same graph with constants folded and identities applied. Values are unchanged. */
export function fold(graph: StaticGraph): StaticGraph {
  return rebuild(graph, ({ node, nodes, emit }) => {
    const inputs = node.inputs.map((input) => nodes[input] as Node<number>);
    return foldedFill(node, inputs, emit) ?? identity(node, inputs, nodes) ?? simpler(node, inputs, emit) ?? emit(node);
  });
}

/** The number that fills a node's value, where the node is a constant. */
function fillValue(node: Node<number> | undefined): number | undefined {
  return node?.op === "constant" ? anyNumberAttribute("constant", node.attributes, "value") : undefined;
}

const elementwise = new Set(["unary", "binary", "select"]);
const movesEntries = new Set(["reshape", "transpose", "broadcast", "slice", "reverse", "window", "stop", "gradient_scale"]);

/** A constant for an elementwise operation on constants, or for a constant whose entries are only moved or repeated. */
function foldedFill(node: Node<number>, inputs: readonly Node<number>[], emit: EmitNode<number>): number | undefined {
  const [first] = inputs;
  if (first === undefined) return undefined;
  if (movesEntries.has(node.op)) {
    const value = fillValue(first);
    return value === undefined ? undefined : emit(fill(node, value));
  }
  if (!elementwise.has(operation(node.op).group)) return undefined;
  const values = inputs.map(fillValue);
  if (values.some((value) => value === undefined)) return undefined;
  const scalars = inputs.map((input, k) => makeReference([], input.dtype, Float64Array.of(values[k] as number)));
  const result = operation(node.op).reference(scalars, { ...node, shape: [] }, noContext);
  return "data" in result ? emit(fill(node, result.data[0] as number)) : undefined;
}

const noContext = {
  runBody: (): never => {
    throw new RangeError("elementwise operations have no body");
  },
  extension: (): never => {
    throw new RangeError("elementwise operations call no extension");
  },
};

function fill(like: Node<number>, value: number): Node<number> {
  const attributes = { value: encodeNumber(value), sizes: like.shape, dtype: like.dtype };
  return { op: "constant", inputs: [], attributes, shape: like.shape, dtype: like.dtype, origin: like.origin };
}

const sameShape = (left: readonly number[], right: readonly number[]): boolean =>
  left.length === right.length && left.every((size, axis) => size === right[axis]);

const inOrder = (axes: readonly number[]): boolean => axes.every((axis, k) => axis === k);

/** The index of an earlier node with the same value, where the operation changes nothing. */
function identity(node: Node<number>, inputs: readonly Node<number>[], nodes: readonly Node<number>[]): number | undefined {
  const [first, second] = node.inputs;
  const [a, b] = inputs;
  if (first === undefined || a === undefined) return undefined;
  switch (node.op) {
    case "stop":
    case "gradient_scale":
      return first;
    case "cast":
      return a.dtype === node.dtype ? first : undefined;
    case "reshape":
    case "slice":
    case "pad":
    case "broadcast":
      return sameShape(a.shape, node.shape) ? first : undefined;
    case "sum":
    case "max":
      return numbersAttribute(node.op, node.attributes, "axes").length === 0 ? first : undefined;
    case "transpose":
      return inOrder(numbersAttribute("transpose", node.attributes, "permutation")) ? first : undefined;
    case "concat":
      return node.inputs.length === 1 ? first : undefined;
    case "negate":
      return a.op === "negate" ? a.inputs[0] : undefined;
    case "multiply":
      if (fillValue(b) === 1) return first;
      return fillValue(a) === 1 ? second : undefined;
    case "add":
      if (fillValue(b) === 0) return first;
      return fillValue(a) === 0 ? second : undefined;
    case "subtract":
      return fillValue(b) === 0 ? first : undefined;
    case "divide":
    case "power":
      return fillValue(b) === 1 ? first : undefined;
    case "select": {
      const mask = fillValue(a);
      if (mask === undefined) return undefined;
      return mask !== 0 ? second : node.inputs[2];
    }
    case "part":
      return finalConstantCarry(node, nodes);
    default:
      return undefined;
  }
}

/** A carry that the body passes on unchanged ends as it began. */
function finalConstantCarry(node: Node<number>, nodes: readonly Node<number>[]): number | undefined {
  const scan = nodes[node.inputs[0] ?? -1];
  const index = Number(node.attributes.index);
  const result = scan?.body?.nodes[scan.body.outputs[`carry.${index}`] ?? -1];
  return result?.op === "input" && result.attributes.name === `carry.${index}` ? scan?.inputs[index] : undefined;
}

/** A cheaper node for the same value. */
function simpler(node: Node<number>, inputs: readonly Node<number>[], emit: EmitNode<number>): number | undefined {
  const [a, b] = inputs;
  if (a === undefined) return undefined;
  if (node.op === "reshape" && a.op === "reshape") return emit({ ...node, inputs: a.inputs });
  if (node.op === "power" && fillValue(b) === 2) {
    const [base] = node.inputs;
    return base === undefined ? undefined : emit({ ...node, op: "multiply", inputs: [base, base], attributes: {} });
  }
  if (node.op === "transpose" && a.op === "transpose") {
    const [outer, inner] = [node, a].map((each) => numbersAttribute("transpose", each.attributes, "permutation"));
    const permutation = (outer ?? []).map((axis) => inner?.[axis] ?? 0);
    return emit({ ...node, inputs: a.inputs, attributes: { permutation } });
  }
  // Sums over axes of size 1 only drop them.
  if ((node.op === "sum" || node.op === "max") && elementCount(a.shape) === elementCount(node.shape)) {
    return emit({ ...node, op: "reshape", attributes: { sizes: node.shape } });
  }
  return undefined;
}
