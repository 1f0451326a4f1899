// Checks that the shape rules share, and the wording of what they refuse.
import { constantDim, constantValue, type Dim, dimsEqual, multiplyDims } from "../../dims/dim.ts";
import type { DType } from "../../ir/graph.ts";
import { ShapeError, type ValueType } from "../operation.ts";

/** `f32[B, T, 64]`. */
export function describeType(type: ValueType): string {
  return `${type.dtype}${describeShape(type.shape)}`;
}

export function describeShape(shape: readonly Dim[]): string {
  return `[${shape.map((dim) => dim.key).join(", ")}]`;
}

/** The inputs as a tuple of the given length. Throws `ShapeError` where there are more or fewer. */
export function requireInputs(op: string, inputs: readonly ValueType[], count: 1): readonly [ValueType];
export function requireInputs(op: string, inputs: readonly ValueType[], count: 2): readonly [ValueType, ValueType];
export function requireInputs(op: string, inputs: readonly ValueType[], count: 3): readonly [ValueType, ValueType, ValueType];
export function requireInputs(op: string, inputs: readonly ValueType[], count: number): readonly ValueType[] {
  if (inputs.length !== count) throw new ShapeError(op, `${op} takes ${count} inputs, not ${inputs.length}`);
  return inputs;
}

export function requireLeaf(op: string, inputs: readonly ValueType[]): void {
  if (inputs.length > 0) throw new ShapeError(op, `${op} takes no inputs, not ${inputs.length}`);
}

export function shapesEqual(left: readonly Dim[], right: readonly Dim[]): boolean {
  return left.length === right.length && left.every((dim, axis) => dimsEqual(dim, right[axis] as Dim));
}

export function requireSameShape(op: string, left: ValueType, right: ValueType): void {
  if (!shapesEqual(left.shape, right.shape)) {
    throw new ShapeError(op, `${op} needs equal shapes, not ${describeType(left)} and ${describeType(right)}`);
  }
}

export function requireDType(op: string, type: ValueType, dtype: DType): void {
  if (type.dtype !== dtype) throw new ShapeError(op, `${op} needs ${dtype} here, not ${describeType(type)}`);
}

export function requireSameDType(op: string, left: ValueType, right: ValueType): void {
  if (left.dtype !== right.dtype) {
    throw new ShapeError(op, `${op} needs one element type, not ${describeType(left)} and ${describeType(right)}`);
  }
}

/** The size of an axis. Throws `ShapeError` where the value has no such axis. */
export function axisSize(op: string, type: ValueType, axis: number): Dim {
  const size = Number.isInteger(axis) && axis >= 0 ? type.shape[axis] : undefined;
  if (size === undefined) throw new ShapeError(op, `${op}: ${describeType(type)} has no axis ${axis}`);
  return size;
}

/** Checks that the axes exist and that none is named twice. */
export function requireAxes(op: string, type: ValueType, axes: readonly number[]): void {
  for (const axis of axes) axisSize(op, type, axis);
  if (new Set(axes).size !== axes.length) throw new ShapeError(op, `${op}: an axis is named twice in [${axes.join(", ")}]`);
}

/** The axes of a value of this rank that are not among the given ones, in order. */
export function otherAxes(rank: number, axes: readonly number[]): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
}

/** The sizes at these axes, in this order. The axes must exist. */
export function pick<Size>(shape: readonly Size[], axes: readonly number[]): readonly Size[] {
  return axes.map((axis) => shape[axis] as Size);
}

export function product(shape: readonly Dim[]): Dim {
  return shape.reduce(multiplyDims, constantDim(1));
}

/**
 * Whether two sizes can be told to differ: false where they are equal, and where a quotient such as `T / 2` leaves the
 * question open until the sizes are known (`specialise` infers every shape again with numbers).
 */
export function surelyDiffer(left: Dim, right: Dim): boolean {
  if (dimsEqual(left, right)) return false;
  return !left.key.includes("/") && !right.key.includes("/");
}

/** Whether the size is a known number below the given one. */
export function surelyBelow(dim: Dim, least: number): boolean {
  const value = constantValue(dim);
  return value !== undefined && value < least;
}
