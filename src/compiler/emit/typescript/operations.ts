// One TypeScript expression over tfjs for each primitive operation.
import { constantValue, type Dim, dimsEqual, isDim } from "../../dims/dim.ts";
import type { Node } from "../../ir/graph.ts";
import { anyNumberAttribute, anyNumbersAttribute, numberPairsAttribute, stringAttribute } from "../../ops/support/attributes.ts";
import type { HelperName } from "./helpers.ts";
import { attributeCode, shapeCode, sizeCode } from "./size-code.ts";

export interface ExpressionContext {
  readonly node: Node<Dim>;
  /** Code of the inputs, in order. */
  readonly inputs: readonly string[];
  readonly shapes: readonly (readonly Dim[])[];
  /** Names a helper that the expression calls. */
  use(helper: HelperName): string;
}

type Expression = (context: ExpressionContext) => string;

const call =
  (name: string): Expression =>
  ({ inputs }) =>
    `tf.${name}(${inputs.join(", ")})`;

const truth =
  (name: string): Expression =>
  ({ inputs }) =>
    `tf.cast(tf.${name}(${inputs.join(", ")}), "float32")`;

const dtypeCode = (dtype: "f32" | "i32"): string => (dtype === "f32" ? '"float32"' : '"int32"');

const withAttribute =
  (name: string, key: string): Expression =>
  ({ inputs, node }) =>
    `tf.${name}(${inputs.join(", ")}, ${attributeCode(node.attributes[key])})`;

/** Every primitive but those that stand for values from outside (input, variable) and the loop, which the body writer makes. */
export const expressions: Readonly<Record<string, Expression>> = {
  number: ({ node }) => constantCode(node),
  constant: ({ node }) =>
    node.shape.length === 0
      ? `tf.scalar(${constantCode(node)}, ${dtypeCode(node.dtype)})`
      : `tf.fill(${shapeCode(node.shape)}, ${constantCode(node)}, ${dtypeCode(node.dtype)})`,
  literal: ({ node }) => {
    const values = anyNumbersAttribute("literal", node.attributes, "values").map(numberCode).join(", ");
    return node.shape.length === 0
      ? `tf.scalar(${values}, ${dtypeCode(node.dtype)})`
      : `tf.tensor([${values}], ${shapeCode(node.shape)}, ${dtypeCode(node.dtype)})`;
  },
  iota: iotaCode,
  random: ({ node, inputs }) =>
    `hooks.random(${stringCode(node, "distribution")}, ${attributeCode(node.attributes.key)}, ${shapeCode(node.shape)}, ${attributeCode(node.attributes.strides)}, [${inputs.join(", ")}])`,
  extension: ({ node, inputs }) =>
    `hooks.extension(${stringCode(node, "name")}, [${inputs.join(", ")}], ${shapeCode(node.shape)}, ${attributeCode(node.attributes.gradientOf ?? null)})`,
  negate: call("neg"),
  exp: call("exp"),
  log: call("log"),
  log1p: call("log1p"),
  sqrt: call("sqrt"),
  abs: call("abs"),
  sign: ({ inputs, use }) => `${use("sign")}(${inputs.join(", ")})`,
  tanh: call("tanh"),
  sigmoid: call("sigmoid"),
  erf: call("erf"),
  sin: call("sin"),
  cos: call("cos"),
  floor: call("floor"),
  round: call("round"),
  add: call("add"),
  subtract: call("sub"),
  multiply: call("mul"),
  divide: call("div"),
  power: call("pow"),
  maximum: call("maximum"),
  minimum: call("minimum"),
  equal: truth("equal"),
  less: truth("less"),
  less_equal: truth("lessEqual"),
  select: ({ inputs: [mask, yes, no] }) => `tf.where(tf.notEqual(${mask}, 0), ${yes}, ${no})`,
  cast: ({ inputs, node }) => `tf.cast(${inputs[0]}, ${dtypeCode(node.dtype)})`,
  sum: reductionCode("sum"),
  max: reductionCode("max"),
  argmax: withAttribute("argMax", "axis"),
  reshape: reshapeCode,
  transpose: withAttribute("transpose", "permutation"),
  broadcast: (context) => `tf.broadcastTo(${alignedCode(context)}, ${shapeCode(context.node.shape)})`,
  slice: ({ inputs, node }) => `tf.slice(${inputs[0]}, ${attributeCode(node.attributes.starts)}, ${shapeCode(node.shape)})`,
  pad: padCode,
  concat: ({ inputs, node }) => `tf.concat([${inputs.join(", ")}], ${attributeCode(node.attributes.axis)})`,
  reverse: withAttribute("reverse", "axis"),
  dot: dotCode,
  gather: ({ inputs, use }) => `${use("lookup")}(${inputs.join(", ")})`,
  scatter_add: ({ inputs, node, use }) =>
    `${use("scatterAdd")}(${inputs.join(", ")}, ${node.shape[0] === undefined ? 1 : sizeCode(node.shape[0])})`,
  scatter_set: ({ inputs, use }) => `${use("scatterSet")}(${inputs.join(", ")})`,
  window: ({ inputs, node, use }) => `${use("slidingWindow")}(${inputs[0]}, ${windowCode(node)})`,
  unwindow: ({ inputs, node, use }) =>
    `${use("overlapAdd")}(${inputs[0]}, ${windowCode(node)}, ${attributeCode(node.attributes.length)})`,
  part: ({ inputs, node }) => `${inputs[0]}[${attributeCode(node.attributes.index)}] as tf.Tensor`,
};

export function numberCode(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return value > 0 ? "Infinity" : Number.isNaN(value) ? "NaN" : "-Infinity";
}

/** The number that a constant fills its shape with; a size that the data decide is one too. */
export function constantCode({ attributes }: Node<Dim>): string {
  const { value } = attributes;
  return isDim(value) ? sizeCode(value) : numberCode(anyNumberAttribute("constant", attributes, "value"));
}

const stringCode = (node: Node<Dim>, key: string): string => JSON.stringify(stringAttribute(node.op, node.attributes, key));

const windowCode = ({ attributes }: Node<Dim>): string =>
  ["axis", "size", "stride", "dilation"].map((key) => attributeCode(attributes[key])).join(", ");

function reductionCode(name: string): Expression {
  return ({ inputs, node, shapes }) => {
    const { axes } = node.attributes;
    if (!Array.isArray(axes) || axes.length === 0) return inputs[0] ?? "";
    return axes.length === shapes[0]?.length ? `tf.${name}(${inputs[0]})` : `tf.${name}(${inputs[0]}, ${attributeCode(axes)})`;
  };
}

/** Axes of size 1 that come or go are named; any other change of shape is spelt out. */
function reshapeCode({ inputs, node, shapes }: ExpressionContext): string {
  const [source = []] = shapes;
  const added = extraAxis(node.shape, source);
  if (added !== undefined) return `tf.expandDims(${inputs[0]}, ${added})`;
  const dropped = extraAxis(source, node.shape);
  if (dropped !== undefined) return `tf.squeeze(${inputs[0]}, [${dropped}])`;
  return `tf.reshape(${inputs[0]}, ${shapeCode(node.shape)})`;
}

/** The last axis of size 1 without which the longer shape is the shorter one. */
function extraAxis(longer: readonly Dim[], shorter: readonly Dim[]): number | undefined {
  if (longer.length !== shorter.length + 1) return undefined;
  const at = longer.findLastIndex((size, axis) => {
    const rest = longer.filter((_, other) => other !== axis);
    return constantValue(size) === 1 && rest.every((kept, other) => kept.key === shorter[other]?.key);
  });
  return at === -1 ? undefined : at;
}

/** The operand of a broadcast with axes of size 1 where the result has more, so that tfjs spreads it. */
function alignedCode({ inputs, node, shapes }: ExpressionContext): string {
  const source = shapes[0] ?? [];
  const axes = Array.isArray(node.attributes.axes) ? node.attributes.axes : [];
  const offset = node.shape.length - source.length;
  if (axes.every((axis, at) => axis === at + offset)) return inputs[0] ?? "";
  const sizes = node.shape.map((_, axis) => {
    const size = source[axes.indexOf(axis)];
    return size === undefined ? "1" : sizeCode(size);
  });
  const [only] = sizes.flatMap((size, at) => (size === "1" && axes.indexOf(at) === -1 ? [at] : []));
  if (only !== undefined && sizes.length === source.length + 1) return `tf.expandDims(${inputs[0]}, ${only})`;
  return `tf.reshape(${inputs[0]}, [${sizes.join(", ")}])`;
}

function iotaCode({ node }: ExpressionContext): string {
  const axis = Number(node.attributes.axis);
  const size = node.shape[axis];
  const range = `tf.range(0, ${size === undefined ? 1 : sizeCode(size)}, 1, ${dtypeCode(node.dtype)})`;
  if (node.shape.length === 1) return range;
  const aligned = node.shape.map((extent, at) => (at === axis ? sizeCode(extent) : "1"));
  return `tf.broadcastTo(tf.reshape(${range}, [${aligned.join(", ")}]), ${shapeCode(node.shape)})`;
}

function padCode({ inputs, node }: ExpressionContext): string {
  if (node.shape.length === 0) return inputs[0] ?? "";
  const { low, high } = node.attributes;
  const pairs = node.shape.map((_, axis) => {
    const at = (sizes: typeof low): string => attributeCode(Array.isArray(sizes) ? sizes[axis] : undefined);
    return `[${at(low)}, ${at(high)}]`;
  });
  return `tf.pad(${inputs[0]}, [${pairs.join(", ")}], ${numberCode(anyNumberAttribute("pad", node.attributes, "value"))})`;
}

/** A plain matrix product where it is one; else the general contraction. */
function dotCode({ inputs, node, shapes, use }: ExpressionContext): string {
  const [a, b] = inputs;
  const [left = [], right = []] = shapes;
  const batch = numberPairsAttribute("dot", node.attributes, "batch");
  const over = numberPairsAttribute("dot", node.attributes, "contract");
  const [pair] = over;
  const rank = left.length;
  const leading = batch.every(([one, other], at) => one === at && other === at) && batch.length === rank - 2;
  if (pair !== undefined && over.length === 1 && rank === right.length && leading && sameLeading(left, right, rank - 2)) {
    const flags = [pair[0] === rank - 2, pair[1] === rank - 1];
    return `tf.matMul(${a}, ${b}${flags.includes(true) ? `, ${flags[0]}, ${flags[1]}` : ""})`;
  }
  // tfjs multiplies every matrix of a stack by the one matrix.
  const [one, other] = pair ?? [];
  if (over.length === 1 && batch.length === 0 && rank > 2 && right.length === 2 && one === rank - 1 && other === 0) {
    return `tf.matMul(${a}, ${b})`;
  }
  const pairsCode = (pairs: readonly (readonly [number, number])[]): string =>
    `[${pairs.map(([one, other]) => `[${one}, ${other}]`).join(", ")}]`;
  return `${use("contract")}(${a}, ${b}, ${pairsCode(batch)}, ${pairsCode(over)})`;
}

function sameLeading(left: readonly Dim[], right: readonly Dim[], count: number): boolean {
  return left.slice(0, count).every((size, at) => {
    const other = right[at];
    return other !== undefined && dimsEqual(size, other);
  });
}
