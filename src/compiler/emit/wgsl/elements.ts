// The elementwise primitives as WGSL expressions.
import type { Attributes, DType } from "../../ir/graph.ts";

export interface ElementContext {
  readonly inputs: readonly DType[];
  readonly attributes: Attributes<number>;
  /** Asks for a function of `functions.ts`. */
  use(name: string): void;
}

type Element = (operands: readonly string[], context: ElementContext) => string;

const infix =
  (operator: string): Element =>
  ([a, b]) =>
    `(${a} ${operator} ${b})`;

const comparison =
  (operator: string): Element =>
  ([a, b]) =>
    `select(0.0f, 1.0f, ${a} ${operator} ${b})`;

/** A function of `functions.ts`. */
const own =
  (name: string, ...more: readonly string[]): Element =>
  (operands, { use }) => {
    use(name);
    return `${name}(${[...operands, ...more].join(", ")})`;
  };

const builtin =
  (name: string): Element =>
  (operands) =>
    `${name}(${operands.join(", ")})`;

/** WGSL's own function for whole numbers, ours for floating-point ones. */
const byType =
  (whole: Element, floating: Element): Element =>
  (operands, context) =>
    (context.inputs[0] === "i32" ? whole : floating)(operands, context);

const identity: Element = ([x]) => String(x);

const elements: Readonly<Record<string, Element>> = {
  abs: builtin("abs"),
  add: infix("+"),
  cast([x], { inputs, attributes, use }) {
    if (attributes.dtype === inputs[0]) return String(x);
    if (attributes.dtype === "f32") return `f32(${x})`;
    use("whole_part");
    return `whole_part(${x})`;
  },
  cos: own("sine", "1"),
  divide: infix("/"),
  equal: comparison("=="),
  erf: own("error_function"),
  exp: own("exponential"),
  floor: builtin("floor"),
  gradient_scale: identity,
  less: comparison("<"),
  less_equal: comparison("<="),
  log: own("logarithm"),
  log1p: own("logarithm_1p"),
  maximum: byType(builtin("max"), own("maximum")),
  minimum: byType(builtin("min"), own("minimum")),
  multiply: infix("*"),
  negate: ([x]) => `(-${x})`,
  power: own("power"),
  round: builtin("round"),
  select: ([mask, a, b]) => `select(${b}, ${a}, ${mask} != 0.0f)`,
  sigmoid: own("sigmoid"),
  sign: byType(builtin("sign"), own("sign_of")),
  sin: own("sine", "0"),
  sqrt: builtin("sqrt"),
  stop: identity,
  subtract: infix("-"),
  tanh: own("hyperbolic_tangent"),
};

/** The primitives that have an expression here. */
export const elementNames: readonly string[] = Object.keys(elements);

/** Throws `RangeError` for a primitive that is not elementwise. */
export function elementExpression(name: string, operands: readonly string[], context: ElementContext): string {
  const element = Object.hasOwn(elements, name) ? elements[name] : undefined;
  if (element === undefined) throw new RangeError(`the primitive ${name} has no WGSL expression`);
  return element(operands, context);
}
