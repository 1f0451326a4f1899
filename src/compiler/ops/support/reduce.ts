// What the reductions over axes share: the shape rule and the walk from each entry to the result it belongs to.
import type { Node } from "../../ir/graph.ts";
import type { AnyAttributes, OperationSample, Reference, ValueType } from "../operation.ts";
import { offsets, rowMajorStrides } from "./arrays.ts";
import { numbersAttribute } from "./attributes.ts";
import { otherAxes, pick, requireAxes, requireInputs } from "./types.ts";

/** The input with the axes of the attribute `axes` removed. */
export function inferReduction(op: string, inputs: readonly ValueType[], attributes: AnyAttributes): ValueType {
  const [x] = requireInputs(op, inputs, 1);
  const axes = numbersAttribute(op, attributes, "axes");
  requireAxes(op, x, axes);
  return { shape: pick(x.shape, otherAxes(x.shape.length, axes)), dtype: x.dtype };
}

/** For each entry of the input, in row-major order, the entry of the result that it is reduced into. */
export function reductionTargets(x: Reference, node: Node<number>): Int32Array {
  const axes = numbersAttribute(node.op, node.attributes, "axes");
  const kept = otherAxes(x.shape.length, axes);
  const keptStrides = rowMajorStrides(node.shape);
  const strides = x.shape.map((_, axis) => {
    const position = kept.indexOf(axis);
    return position === -1 ? 0 : (keptStrides[position] as number);
  });
  return offsets(x.shape, strides);
}

export const reductionSamples: readonly OperationSample[] = [
  { inputs: [{ shape: [5] }], attributes: { axes: [0] } },
  { inputs: [{ shape: [2, 3, 4] }], attributes: { axes: [1] } },
  { inputs: [{ shape: [2, 3, 4] }], attributes: { axes: [2, 0] } },
  { inputs: [{ shape: [1, 3, 1] }], attributes: { axes: [0, 2] } },
  { inputs: [{ shape: [2, 3] }], attributes: { axes: [] } },
  { inputs: [{ shape: [2, 3], dtype: "i32", domain: "index", below: 9 }], attributes: { axes: [1] } },
];
