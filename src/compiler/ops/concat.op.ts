// The shape operation `concat`.
import { addDims, constantDim, type Dim, dimsEqual } from "../dims/dim.ts";
import { type Operation, ShapeError } from "./operation.ts";
import { makeReference, offsets, rowMajorStrides } from "./support/arrays.ts";
import { numberAttribute } from "./support/attributes.ts";
import { axisSize, describeType, requireSameDType } from "./support/types.ts";

export const concat: Operation = {
  name: "concat",
  group: "shape",
  signature: "(x1, x2, ...: f32 or i32[...]) {axis} -> the same, joined along that axis",
  doc: "The inputs one after another along an axis; all other sizes are equal.",
  infer(inputs, attributes) {
    const axis = numberAttribute("concat", attributes, "axis");
    const [first] = inputs;
    if (first === undefined) throw new ShapeError("concat", "concat needs at least one input");
    axisSize("concat", first, axis);
    let total = constantDim(0);
    for (const input of inputs) {
      requireSameDType("concat", first, input);
      const agrees =
        input.shape.length === first.shape.length &&
        input.shape.every((size, other) => other === axis || dimsEqual(size, first.shape[other] as Dim));
      if (!agrees) {
        throw new ShapeError("concat", `${describeType(first)} and ${describeType(input)} cannot be joined along axis ${axis}`);
      }
      total = addDims(total, axisSize("concat", input, axis));
    }
    return { shape: first.shape.map((size, other) => (other === axis ? total : size)), dtype: first.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return node.inputs.map(() => undefined);
    const axis = numberAttribute("concat", node.attributes, "axis");
    let start = constantDim(0);
    return node.inputs.map((input) => {
      const sizes = builder.shape(input);
      const starts = sizes.map((_, other) => (other === axis ? start : constantDim(0)));
      start = addDims(start, sizes[axis] as Dim);
      return builder.add("slice", [gradient], { starts, sizes });
    });
  },
  reference(inputs, node) {
    const axis = numberAttribute("concat", node.attributes, "axis");
    const strides = rowMajorStrides(node.shape);
    const result = makeReference(node.shape, node.dtype);
    let start = 0;
    for (const input of inputs) {
      offsets(input.shape, strides, start * (strides[axis] as number)).forEach((to, at) => {
        result.data[to] = input.data[at] as number;
      });
      start += input.shape[axis] as number;
    }
    return result;
  },
  tfjs: (inputs, node, { tf }) => tf.concat([...inputs], numberAttribute("concat", node.attributes, "axis")),
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [3] }, { shape: [1] }], attributes: { axis: 0 } },
    { inputs: [{ shape: [2, 1, 3] }, { shape: [2, 4, 3] }, { shape: [2, 2, 3] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [2, 3] }], attributes: { axis: 1 } },
    {
      inputs: [
        { shape: [2], dtype: "i32", domain: "index", below: 4 },
        { shape: [3], dtype: "i32", domain: "index", below: 4 },
      ],
      attributes: { axis: 0 },
    },
  ],
};
