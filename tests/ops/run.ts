// One operation on written-out arrays, for the tests of known values and of refusals.
import { constantDim, type Dim } from "../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Attributes, DType } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import type { Reference } from "../../src/compiler/ops/operation.ts";

export type Nested = number | readonly Nested[];

export function toReference(value: Nested, dtype: DType): Reference {
  const shape: number[] = [];
  for (let at: Nested | undefined = value; Array.isArray(at); at = (at as readonly Nested[])[0]) shape.push(at.length);
  const data = Float64Array.from(typeof value === "number" ? [value] : (value.flat(9) as number[]));
  return { shape, dtype, data };
}

/** Whole-number inputs are written as `i32(…)`. */
export const i32 = (value: Nested) => ({ value, dtype: "i32" as const });
export type Operand = Nested | { readonly value: Nested; readonly dtype: DType };

const operand = (given: Operand): Reference =>
  typeof given === "object" && "dtype" in given ? toReference(given.value, given.dtype) : toReference(given, "f32");

/** The value of the operation in float64; its shape rule runs first. */
export function run(op: string, operands: readonly Operand[], attributes: Attributes<Dim> = {}): Reference {
  const builder = graphBuilder();
  const feeds: Record<string, Reference> = {};
  const inputs = operands.map((given, k) => {
    const value = operand(given);
    feeds[`x${k}`] = value;
    return builder.add("input", [], { name: `x${k}`, sizes: value.shape.map(constantDim), dtype: value.dtype });
  });
  const y = builder.add(op, inputs, attributes);
  const result = interpret(specialise(builder.finish({ y }), {}), feeds, {}).outputs.y;
  if (result === undefined) throw new Error("the graph has an output y");
  return result;
}
