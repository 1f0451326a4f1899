// The shape operation `pad`.
import { addDims, type Dim } from "../dims/dim.ts";
import { type Operation, ShapeError } from "./operation.ts";
import { inputAt, makeReference, offsets, rowMajorStrides } from "./support/arrays.ts";
import { anyNumberAttribute, dimsAttribute, numbersAttribute } from "./support/attributes.ts";
import { describeType, requireInputs, surelyBelow } from "./support/types.ts";

export const pad: Operation = {
  name: "pad",
  group: "shape",
  signature: "(x: f32 or i32[...]) {low, high, value} -> the same with low[k] + high[k] more entries along axis k",
  doc: "x with `low[k]` entries of `value` put before and `high[k]` after it along each axis k.",
  infer(inputs, attributes) {
    const [x] = requireInputs("pad", inputs, 1);
    const low = dimsAttribute("pad", attributes, "low");
    const high = dimsAttribute("pad", attributes, "high");
    anyNumberAttribute("pad", attributes, "value");
    if (
      low.length !== x.shape.length ||
      high.length !== x.shape.length ||
      [...low, ...high].some((size) => surelyBelow(size, 0))
    ) {
      throw new ShapeError("pad", `pad needs one size from 0 up before and after each axis of ${describeType(x)}`);
    }
    const shape = x.shape.map((size, axis) => addDims(size, addDims(low[axis] as Dim, high[axis] as Dim)));
    return { shape, dtype: x.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined];
    const starts = dimsAttribute("pad", node.attributes, "low");
    return [builder.add("slice", [gradient], { starts, sizes: builder.shape(inputAt(node.inputs, 0)) })];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    const result = makeReference(node.shape, node.dtype);
    result.data.fill(anyNumberAttribute("pad", node.attributes, "value"));
    const strides = rowMajorStrides(node.shape);
    const low = numbersAttribute("pad", node.attributes, "low");
    const base = low.reduce((total, size, axis) => total + size * (strides[axis] as number), 0);
    offsets(x.shape, strides, base).forEach((to, at) => {
      result.data[to] = x.data[at] as number;
    });
    return result;
  },
  tfjs(inputs, node, { tf }) {
    const x = inputAt(inputs, 0);
    if (x.rank === 0) return tf.clone(x);
    const low = numbersAttribute("pad", node.attributes, "low");
    const high = numbersAttribute("pad", node.attributes, "high");
    const paddings = low.map((size, axis): [number, number] => [size, high[axis] as number]);
    return tf.pad(x, paddings, anyNumberAttribute("pad", node.attributes, "value"));
  },
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [3] }], attributes: { low: [2], high: [1], value: 0 } },
    { inputs: [{ shape: [2, 1, 3] }], attributes: { low: [0, 1, 0], high: [1, 0, 2], value: -1.5 } },
    { inputs: [{ shape: [2, 2], dtype: "i32", domain: "index", below: 9 }], attributes: { low: [0, 1], high: [1, 0], value: 7 } },
  ],
};
