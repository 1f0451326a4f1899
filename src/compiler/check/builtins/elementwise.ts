// Elementwise built-ins: one node an entry, masks kept.
import { shapesDiffer } from "../../diagnostics/records/types/shapes-differ.ts";
import { printTensor } from "../../types/print.ts";
import { emit, report, tensor } from "../context.ts";
import { binary, fitTo, masksIn, meet, unary } from "../elementwise.ts";
import { numberValue } from "../values.ts";
import { type Builtin, type BuiltinTable, operandAt } from "./builtin.ts";

const numeric: Readonly<Record<string, (x: number) => number>> = {
  exp: Math.exp,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  abs: Math.abs,
  sign: Math.sign,
  tanh: Math.tanh,
  sin: Math.sin,
  cos: Math.cos,
  floor: Math.floor,
};

function elementwise(name: string, doc: string): Builtin {
  return {
    signature: `${name}(x: f32[...]) -> f32[...]`,
    doc,
    arguments: [1, 1],
    named: [],
    call(e, call) {
      const operand = operandAt(e, call, 0);
      if (operand === undefined) return undefined;
      if (operand.kind === "tensor") return unary(e, call.span, name, operand);
      const compute = numeric[name];
      if (operand.kind === "number" && compute !== undefined) return numberValue(compute(operand.value));
      return tensor(e, emit(e, call.span, name, [fitTo(e, call.span, operand, [])]), []);
    },
  };
}

function pairwise(name: string, doc: string): Builtin {
  return {
    signature: `${name}(a: f32[...], b: f32[...]) -> f32[...]`,
    doc,
    arguments: [2, 2],
    named: [],
    call(e, call) {
      const left = operandAt(e, call, 0);
      const right = operandAt(e, call, 1);
      return left === undefined || right === undefined ? undefined : binary(e, call.span, name, name, left, right);
    },
  };
}

export const elementwiseBuiltins: BuiltinTable = {
  exp: elementwise("exp", "e to the power x."),
  log: elementwise("log", "Natural logarithm, for x > 0."),
  log1p: elementwise("log1p", "log(1 + x), exact near 0."),
  sqrt: elementwise("sqrt", "Square root, for x >= 0."),
  abs: elementwise("abs", "Absolute value; gradient 0 at 0."),
  sign: elementwise("sign", "-1, 0 or 1; no gradient."),
  tanh: elementwise("tanh", "Hyperbolic tangent."),
  sigmoid: elementwise("sigmoid", "1 / (1 + exp(-x))."),
  erf: elementwise("erf", "The error function."),
  sin: elementwise("sin", "Sine of x in radians."),
  cos: elementwise("cos", "Cosine of x in radians."),
  floor: elementwise("floor", "Largest whole number not above x; no gradient."),
  round: elementwise("round", "Nearest whole number, half to even; no gradient."),
  minimum: pairwise("minimum", "The smaller of each pair."),
  maximum: pairwise("maximum", "The larger of each pair."),
  square: {
    signature: "square(x: f32[...]) -> f32[...]",
    doc: "x times x.",
    arguments: [1, 1],
    named: [],
    call(e, call) {
      const operand = operandAt(e, call, 0);
      return operand === undefined ? undefined : binary(e, call.span, "multiply", "square", operand, operand);
    },
  },
  clamp: {
    signature: "clamp(x: f32[...], low: float, high: float) -> f32[...]",
    doc: "x held between two bounds; no gradient outside them.",
    arguments: [3, 3],
    named: [],
    call(e, call) {
      const [value, low, high] = [operandAt(e, call, 0), operandAt(e, call, 1), operandAt(e, call, 2)];
      if (value === undefined || low === undefined || high === undefined) return undefined;
      const floor = binary(e, call.span, "maximum", "clamp", value, low);
      return floor === undefined ? undefined : binary(e, call.span, "minimum", "clamp", floor, high);
    },
  },
  where: {
    signature: "where(condition: bool[...], a: f32[...], b: f32[...]) -> f32[...]",
    doc: "a where the condition is not 0, else b. What is not chosen passes neither value nor gradient on.",
    arguments: [3, 3],
    named: [],
    call(e, call) {
      const [condition, yes, no] = [operandAt(e, call, 0), operandAt(e, call, 1), operandAt(e, call, 2)];
      if (condition === undefined || yes === undefined || no === undefined) return undefined;
      const operands = [condition, yes, no];
      let axes: ReturnType<typeof meet> = [];
      for (const operand of operands)
        axes = axes === undefined ? undefined : meet(axes, operand.kind === "tensor" ? operand.axes : []);
      if (axes === undefined) {
        const shown = operands.map((operand) => (operand.kind === "tensor" ? printTensor(operand) : "a number"));
        report(e, shapesDiffer, {
          span: call.span,
          operator: "where",
          left: shown[0] ?? "",
          right: `${shown[1]} and ${shown[2]}`,
          reason: "the condition and both choices need one shape",
          labels: [],
          symbolic: false,
        });
        return undefined;
      }
      const target = axes;
      const node = emit(
        e,
        call.span,
        "select",
        operands.map((operand) => fitTo(e, call.span, operand, target)),
      );
      return tensor(
        e,
        node,
        target,
        operands.flatMap((operand) => masksIn(operand, target)),
      );
    },
  },
};
