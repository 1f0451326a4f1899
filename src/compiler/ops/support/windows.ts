// The geometry that `window` and `unwindow` share.
import { addDims, constantDim, constantValue, type Dim, multiplyDims, quotientDim, subtractDims } from "../../dims/dim.ts";
import type { Node } from "../../ir/graph.ts";
import { type AnyAttributes, ShapeError } from "../operation.ts";
import { offsets, rowMajorStrides } from "./arrays.ts";
import { dimAttribute, numberAttribute } from "./attributes.ts";
import { surelyBelow } from "./types.ts";

export interface WindowGeometry {
  readonly axis: number;
  /** Distance between the starts of neighbouring windows. */
  readonly stride: number;
  /** Distance between neighbouring entries of one window. */
  readonly dilation: number;
}

export function windowGeometry(op: string, attributes: AnyAttributes): WindowGeometry {
  const geometry = {
    axis: numberAttribute(op, attributes, "axis"),
    stride: numberAttribute(op, attributes, "stride"),
    dilation: numberAttribute(op, attributes, "dilation"),
  };
  if (geometry.stride < 1 || geometry.dilation < 1) throw new ShapeError(op, `${op} needs a stride and a dilation of at least 1`);
  return geometry;
}

/** How many whole windows of `size` fit into `length`: floor((length - dilation*(size - 1) - 1) / stride) + 1. */
export function windowCount(op: string, length: Dim, attributes: AnyAttributes): Dim {
  const { stride, dilation } = windowGeometry(op, attributes);
  const size = dimAttribute(op, attributes, "size");
  const one = constantDim(1);
  const starts = subtractDims(length, multiplyDims(constantDim(dilation), subtractDims(size, one)));
  if (surelyBelow(size, 1) || surelyBelow(starts, 1)) {
    throw new ShapeError(op, `a window of ${size.key} entries, ${dilation} apart, does not fit into ${length.key}`);
  }
  if (stride === 1) return starts;
  const known = constantValue(starts);
  if (known !== undefined) return constantDim(Math.floor((known - 1) / stride) + 1);
  return addDims(quotientDim(subtractDims(starts, one), constantDim(stride)), one);
}

/** For each entry of the windows, in row-major order, the entry of the sequence (of shape `whole`) that it shows. */
export function windowOffsets(whole: readonly number[], windows: readonly number[], node: Node<number>): Int32Array {
  const { axis, stride, dilation } = windowGeometry(node.op, node.attributes);
  const strides = rowMajorStrides(whole);
  const step = strides[axis] as number;
  return offsets(windows, [...strides.map((own, other) => (other === axis ? step * stride : own)), step * dilation]);
}
