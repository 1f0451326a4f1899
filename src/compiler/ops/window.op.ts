// The shape operation `window`: sliding windows, from which convolutions are made by `dot`.
import type { Operation } from "./operation.ts";
import { gathered, inputAt } from "./support/arrays.ts";
import { dimAttribute, numberAttribute } from "./support/attributes.ts";
import { axisSize, requireInputs } from "./support/types.ts";
import { windowCount, windowGeometry, windowOffsets } from "./support/windows.ts";

export const window: Operation = {
  name: "window",
  group: "shape",
  signature: "(x: f32 or i32[..., L, ...]) {axis, size, stride, dilation} -> the same[..., windows, ..., size]",
  doc: "All whole windows of `size` entries along an axis, as a new last axis. Window k begins at k*stride; its entries lie `dilation` apart.",
  infer(inputs, attributes) {
    const [x] = requireInputs("window", inputs, 1);
    const axis = numberAttribute("window", attributes, "axis");
    const count = windowCount("window", axisSize("window", x, axis), attributes);
    const shape = x.shape.map((size, other) => (other === axis ? count : size));
    return { shape: [...shape, dimAttribute("window", attributes, "size")], dtype: x.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined];
    const { axis } = windowGeometry("window", node.attributes);
    const length = axisSize("window", { shape: builder.shape(inputAt(node.inputs, 0)), dtype: node.dtype }, axis);
    return [builder.add("unwindow", [gradient], { ...node.attributes, length })];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    return gathered(x, node.shape, windowOffsets(x.shape, node.shape, node));
  },
  tfjs(inputs, node, { tf }) {
    const { axis, stride, dilation } = windowGeometry("window", node.attributes);
    const rank = node.shape.length;
    const [count, size] = [node.shape[axis] as number, node.shape[rank - 1] as number];
    const shown = Int32Array.from({ length: count * size }, (_, at) => Math.floor(at / size) * stride + (at % size) * dilation);
    // Gathering with a matrix of positions puts the window's axis behind the counted one; it belongs last.
    const order = Array.from({ length: rank }, (_, position) => (position <= axis ? position : position + 1));
    order[rank - 1] = axis + 1;
    return tf.tidy(() => tf.transpose(tf.gather(inputAt(inputs, 0), tf.tensor2d(shown, [count, size], "int32"), axis), order));
  },
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [6] }], attributes: { axis: 0, size: 3, stride: 1, dilation: 1 } },
    { inputs: [{ shape: [2, 7, 3] }], attributes: { axis: 1, size: 3, stride: 2, dilation: 1 } },
    { inputs: [{ shape: [2, 8] }], attributes: { axis: 1, size: 2, stride: 3, dilation: 3 } },
    { inputs: [{ shape: [4, 2] }], attributes: { axis: 0, size: 1, stride: 1, dilation: 1 } },
  ],
};
