// Elementwise primitives: TensorFlow repeats their inputs itself, so what is smaller than its shape stays so.
import { anyNumberAttribute, dtypeAttribute } from "../../../ops/support/attributes.ts";
import { full, type Lowered, type Lowering, type Operand, operandAt, repeatableRank, scalar } from "../lowering.ts";
import { type Output, type Scope, typed } from "../scope.ts";

const unary =
  (op: string): Lowering =>
  (_node, operands, { scope }) => {
    const x = operandAt(operands, 0);
    return { output: scope.add(op, [x.output], typed(x.dtype)), shape: x.shape };
  };

const binary =
  (op: string): Lowering =>
  (_node, operands, { scope }) => {
    const [a, b] = [repeatable(scope, operandAt(operands, 0)), repeatable(scope, operandAt(operands, 1))];
    return { output: scope.add(op, [a.output, b.output], typed(a.dtype)), shape: repeatedShape(a.shape, b.shape) };
  };

/** A truth value of ours is f32, 0 or 1. */
const comparison =
  (op: string): Lowering =>
  (_node, operands, { scope }) => {
    const [a, b] = [repeatable(scope, operandAt(operands, 0)), repeatable(scope, operandAt(operands, 1))];
    const truth = scope.add(op, [a.output, b.output], typed(a.dtype));
    const output = scope.add("Cast", [truth], { SrcT: { type: "bool" }, DstT: { type: "f32" } });
    return { output, truth, shape: repeatedShape(a.shape, b.shape) };
  };

const select: Lowering = (_node, operands, { scope }) => {
  const [mask, a, b] = [0, 1, 2].map((at) => repeatable(scope, operandAt(operands, at))) as [Operand, Operand, Operand];
  const output = scope.add("SelectV2", [truthOf(scope, mask), a.output, b.output], typed(a.dtype));
  return { output, shape: repeatedShape(mask.shape, repeatedShape(a.shape, b.shape)) };
};

/** The operand as it is where TensorFlow can repeat it, else in full. */
function repeatable(scope: Scope, operand: Operand): Operand {
  if (operand.declared.length <= repeatableRank || operand.shape.length === 0) return operand;
  const { declared, dtype } = operand;
  return { output: full(scope, operand), shape: declared, declared, dtype };
}

function truthOf(scope: Scope, mask: Operand): Output {
  return mask.truth ?? scope.add("NotEqual", [mask.output, scalar(scope, 0, "f32")], typed("f32"));
}

const cast: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  const dtype = dtypeAttribute("cast", node.attributes);
  if (dtype === x.dtype) return x;
  const output = scope.add("Cast", [x.output], { SrcT: { type: x.dtype }, DstT: { type: dtype } });
  return { output, shape: x.shape };
};

const constant: Lowering = (node, _operands, { scope }) => {
  const value = anyNumberAttribute("constant", node.attributes, "value");
  return { output: scalar(scope, value, node.dtype), shape: [] };
};

const same: Lowering = (_node, operands): Lowered => operandAt(operands, 0);

/** The shape of an elementwise result of two shapes, the shorter one aligned at the end. */
export function repeatedShape(a: readonly number[], b: readonly number[]): readonly number[] {
  const rank = Math.max(a.length, b.length);
  const size = (shape: readonly number[], axis: number): number => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => (size(a, axis) === 1 ? size(b, axis) : size(a, axis)));
}

export const elementwise = {
  constant,
  negate: unary("Neg"),
  exp: unary("Exp"),
  log: unary("Log"),
  log1p: unary("Log1p"),
  sqrt: unary("Sqrt"),
  abs: unary("Abs"),
  sign: unary("Sign"),
  tanh: unary("Tanh"),
  sigmoid: unary("Sigmoid"),
  erf: unary("Erf"),
  sin: unary("Sin"),
  cos: unary("Cos"),
  floor: unary("Floor"),
  round: unary("Rint"),
  cast,
  add: binary("AddV2"),
  subtract: binary("Sub"),
  multiply: binary("Mul"),
  divide: binary("RealDiv"),
  power: binary("Pow"),
  maximum: binary("Maximum"),
  minimum: binary("Minimum"),
  equal: comparison("Equal"),
  less: comparison("Less"),
  less_equal: comparison("LessEqual"),
  select,
  stop: same,
  gradient_scale: same,
} satisfies Record<string, Lowering>;
