// The shape operation `reverse`.
import type { Operation } from "./operation.ts";
import { gathered, inputAt, offsets, rowMajorStrides } from "./support/arrays.ts";
import { numberAttribute } from "./support/attributes.ts";
import { axisSize, requireInputs } from "./support/types.ts";

export const reverse: Operation = {
  name: "reverse",
  group: "shape",
  signature: "(x: f32 or i32[...]) {axis} -> the same",
  doc: "x with the order of its entries along an axis turned round.",
  infer(inputs, attributes) {
    const [x] = requireInputs("reverse", inputs, 1);
    axisSize("reverse", x, numberAttribute("reverse", attributes, "axis"));
    return { shape: x.shape, dtype: x.dtype };
  },
  gradient({ builder, node, gradient }) {
    return [node.dtype === "i32" ? undefined : builder.add("reverse", [gradient], node.attributes)];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    const axis = numberAttribute("reverse", node.attributes, "axis");
    const strides = rowMajorStrides(x.shape);
    const step = strides[axis] as number;
    strides[axis] = -step;
    return gathered(x, node.shape, offsets(node.shape, strides, step * ((node.shape[axis] as number) - 1)));
  },
  tfjs: (inputs, node, { tf }) => tf.reverse(inputAt(inputs, 0), numberAttribute("reverse", node.attributes, "axis")),
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [4] }], attributes: { axis: 0 } },
    { inputs: [{ shape: [2, 3, 2] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [2, 3], dtype: "i32", domain: "index", below: 9 }], attributes: { axis: 1 } },
  ],
};
