// Short names for the nodes that gradient rules add.
import type { Dim } from "../../dims/dim.ts";
import type { GraphBuilder } from "../../ir/builder.ts";
import type { Attributes, DType } from "../../ir/graph.ts";
import { otherAxes } from "./types.ts";

export interface Emit {
  readonly builder: GraphBuilder;
  unary(op: string, x: number, attributes?: Attributes<Dim>): number;
  negate(x: number): number;
  add(a: number, b: number): number;
  subtract(a: number, b: number): number;
  multiply(a: number, b: number): number;
  divide(a: number, b: number): number;
  select(mask: number, a: number, b: number): number;
  /** A constant of the shape and type of another node. */
  fill(value: number, like: number): number;
  constant(value: number, sizes: readonly Dim[], dtype?: DType): number;
  /** `x` times a number. */
  scale(x: number, by: number): number;
  reshape(x: number, sizes: readonly Dim[]): number;
  broadcast(x: number, sizes: readonly Dim[], axes: readonly number[]): number;
  /** Undoes a reduction: repeats `x` along the axes that a reduction of a value of these sizes removed. */
  spread(x: number, sizes: readonly Dim[], removed: readonly number[]): number;
}

export function emitter(builder: GraphBuilder): Emit {
  const fill = (value: number, like: number) => constant(value, builder.shape(like), builder.dtype(like));
  const constant = (value: number, sizes: readonly Dim[], dtype: DType = "f32") =>
    builder.add("constant", [], { value, sizes, dtype });
  const binary = (op: string) => (a: number, b: number) => builder.add(op, [a, b]);
  const broadcast = (x: number, sizes: readonly Dim[], axes: readonly number[]) => builder.add("broadcast", [x], { sizes, axes });
  const multiply = binary("multiply");
  return {
    builder,
    unary: (op, x, attributes) => builder.add(op, [x], attributes),
    negate: (x) => builder.add("negate", [x]),
    add: binary("add"),
    subtract: binary("subtract"),
    multiply,
    divide: binary("divide"),
    select: (mask, a, b) => builder.add("select", [mask, a, b]),
    fill,
    constant,
    scale: (x, by) => multiply(x, fill(by, x)),
    reshape: (x, sizes) => builder.add("reshape", [x], { sizes }),
    broadcast,
    spread: (x, sizes, removed) => broadcast(x, sizes, otherAxes(sizes.length, removed)),
  };
}
