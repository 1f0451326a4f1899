// What the rules that turn our primitives into TensorFlow's operations work on.
import type { DType, Node } from "../../ir/graph.ts";
import { elementCount } from "../../ops/support/arrays.ts";
import { type Output, type Scope, typed } from "./scope.ts";

/**
 * A value in the TensorFlow graph. `shape` is the one it has there: it may repeat along axes of size 1, or lack leading
 * ones, where elementwise operations repeat it themselves; `full` makes the primitive's own shape of it.
 */
export interface Lowered {
  readonly output: Output;
  readonly shape: readonly number[];
  /** The same as TensorFlow's truth values, where they are at hand. */
  readonly truth?: Output;
}

/** An input of a primitive. */
export interface Operand extends Lowered {
  /** The primitive's own shape. */
  readonly declared: readonly number[];
  readonly dtype: DType;
}

export interface LoweringContext {
  readonly scope: Scope;
  /** Lowers the body of a loop inside a function; gives its results by name, in full. */
  lowerBody(
    scope: Scope,
    body: NonNullable<Node<number>["body"]>,
    inputs: Readonly<Record<string, Output>>,
  ): Readonly<Record<string, Output>>;
}

/** The rule of one primitive. A scan gives its parts. */
export type Lowering = (
  node: Node<number>,
  operands: readonly Operand[],
  context: LoweringContext,
) => Lowered | readonly Lowered[];

export const whole = (output: Output, node: Node<number>): Lowered => ({ output, shape: node.shape });

export function operandAt(operands: readonly Operand[], at: number): Operand {
  const operand = operands[at];
  if (operand === undefined) throw new RangeError(`a primitive lacks its input ${at}`);
  return operand;
}

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

/** TensorFlow repeats values along any axes of arrays up to this rank; of larger ones along few enough at once. */
export const repeatableRank = 5;

/** The value in its primitive's own shape. */
export function full(scope: Scope, { output, shape, declared, dtype }: Operand): Output {
  if (sameShape(shape, declared)) return output;
  if (elementCount(shape) === elementCount(declared)) return reshaped(scope, output, declared, dtype);
  const repeat = (value: Output, sizes: readonly number[]): Output =>
    scope.add("BroadcastTo", [value, vector(scope, sizes)], typed(dtype));
  if (declared.length <= repeatableRank || shape.length === 0) return repeat(output, declared);
  const sizes = declared.map((_, axis) => shape[axis - declared.length + shape.length] ?? 1);
  let value = reshaped(scope, output, sizes, dtype);
  for (let axis = sizes.length - 1; axis >= 0; axis -= 1) {
    if (sizes[axis] === declared[axis]) continue;
    sizes[axis] = declared[axis] as number;
    value = repeat(value, sizes);
  }
  return value;
}

/** A vector of whole numbers known now: shapes, axes, starts. */
export const vector = (scope: Scope, values: readonly number[]): Output => scope.constant("i32", [values.length], values);

export const scalar = (scope: Scope, value: number, dtype: DType): Output => scope.constant(dtype, [], [value]);

export const reshaped = (scope: Scope, output: Output, shape: readonly number[], dtype: DType): Output =>
  scope.add("Reshape", [output, vector(scope, shape)], typed(dtype));

/** `output` itself where the order is the rising one. */
export function transposed(scope: Scope, output: Output, permutation: readonly number[], dtype: DType): Output {
  if (permutation.every((axis, at) => axis === at)) return output;
  return scope.add("Transpose", [output, vector(scope, permutation)], typed(dtype));
}

/** The block of these sizes at these starts. */
export const sliced = (scope: Scope, output: Output, starts: readonly number[], sizes: readonly number[], dtype: DType): Output =>
  scope.add("Slice", [output, vector(scope, starts), vector(scope, sizes)], {
    ...typed(dtype),
    Index: { type: "i32" },
  });

/** `low[k]` entries of `value` before and `high[k]` after it along each axis k. */
export function padded(
  scope: Scope,
  output: Output,
  low: readonly number[],
  high: readonly number[],
  value: number,
  dtype: DType,
): Output {
  const paddings = scope.constant(
    "i32",
    [low.length, 2],
    low.flatMap((before, axis) => [before, high[axis] ?? 0]),
  );
  return scope.add("PadV2", [output, paddings, scalar(scope, value, dtype)], typed(dtype));
}
