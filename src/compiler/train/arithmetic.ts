// Shorthand for the elementwise formulas of clipping and the optimisers: broadcasting in the IR is explicit, and
// writing it out at every constant would hide the equations.
import type { Dim } from "../dims/dim.ts";
import type { GraphBuilder } from "../ir/builder.ts";

/** Elementwise arithmetic on builder nodes. A number or a scalar node is broadcast to the other operand's shape. */
export interface Arithmetic {
  readonly builder: GraphBuilder;
  constant(value: number): number;
  /** A scalar node spread over `shape`; a node of that shape already is returned as it is. */
  spread(scalar: number, shape: readonly Dim[]): number;
  add(left: number, right: number): number;
  subtract(left: number, right: number): number;
  multiply(left: number, right: number): number;
  divide(left: number, right: number): number;
  minimum(left: number, right: number): number;
  maximum(left: number, right: number): number;
  sqrt(value: number): number;
  square(value: number): number;
  /** A constant times a node. */
  scale(factor: number, value: number): number;
  /** Sum over every axis, a scalar. */
  total(value: number): number;
}

export function arithmetic(builder: GraphBuilder): Arithmetic {
  const constant = (value: number): number => builder.add("constant", [], { value, sizes: [], dtype: "f32" });
  const spread = (scalar: number, shape: readonly Dim[]): number =>
    builder.shape(scalar).length === shape.length ? scalar : builder.add("broadcast", [scalar], { sizes: shape, axes: [] });
  const binary =
    (op: string) =>
    (left: number, right: number): number => {
      const shape = builder.shape(builder.shape(left).length === 0 ? right : left);
      return builder.add(op, [spread(left, shape), spread(right, shape)]);
    };
  const multiply = binary("multiply");
  return {
    builder,
    constant,
    spread,
    add: binary("add"),
    subtract: binary("subtract"),
    multiply,
    divide: binary("divide"),
    minimum: binary("minimum"),
    maximum: binary("maximum"),
    sqrt: (value) => builder.add("sqrt", [value]),
    square: (value) => builder.add("multiply", [value, value]),
    scale: (factor, value) => multiply(constant(factor), value),
    total(value) {
      const axes = builder.shape(value).map((_, axis) => axis);
      return axes.length === 0 ? value : builder.add("sum", [value], { axes });
    },
  };
}
