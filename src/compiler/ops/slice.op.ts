// The shape operation `slice`.
import { addDims, constantValue, type Dim, subtractDims } from "../dims/dim.ts";
import { type Operation, ShapeError } from "./operation.ts";
import { gathered, inputAt, offsets, rowMajorStrides } from "./support/arrays.ts";
import { dimsAttribute, numbersAttribute } from "./support/attributes.ts";
import { describeShape, describeType, requireInputs, surelyBelow } from "./support/types.ts";

export const slice: Operation = {
  name: "slice",
  group: "shape",
  signature: "(x: f32 or i32[...]) {starts, sizes} -> the same[sizes]",
  doc: "The block of the given sizes that begins at `starts`.",
  infer(inputs, attributes) {
    const [x] = requireInputs("slice", inputs, 1);
    const starts = dimsAttribute("slice", attributes, "starts");
    const sizes = dimsAttribute("slice", attributes, "sizes");
    const fits = (size: Dim, axis: number): boolean => {
      const start = starts[axis] as Dim;
      const rest = subtractDims(x.shape[axis] as Dim, addDims(start, size));
      return !surelyBelow(start, 0) && !surelyBelow(size, 0) && !((constantValue(rest) ?? 0) < 0);
    };
    if (starts.length !== x.shape.length || sizes.length !== x.shape.length || !sizes.every(fits)) {
      throw new ShapeError(
        "slice",
        `the block ${describeShape(sizes)} at ${describeShape(starts)} does not lie in ${describeType(x)}`,
      );
    }
    return { shape: sizes, dtype: x.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined];
    const shape = builder.shape(inputAt(node.inputs, 0));
    const low = dimsAttribute("slice", node.attributes, "starts");
    const high = shape.map((size, axis) => subtractDims(size, addDims(low[axis] as Dim, node.shape[axis] as Dim)));
    return [builder.add("pad", [gradient], { low, high, value: 0 })];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    const strides = rowMajorStrides(x.shape);
    const starts = numbersAttribute("slice", node.attributes, "starts");
    const base = starts.reduce((total, start, axis) => total + start * (strides[axis] as number), 0);
    return gathered(x, node.shape, offsets(node.shape, strides, base));
  },
  tfjs: (inputs, node, { tf }) =>
    tf.slice(inputAt(inputs, 0), [...numbersAttribute("slice", node.attributes, "starts")], [...node.shape]),
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [6] }], attributes: { starts: [2], sizes: [3] } },
    { inputs: [{ shape: [3, 4, 2] }], attributes: { starts: [1, 0, 1], sizes: [2, 4, 1] } },
    { inputs: [{ shape: [2, 3], dtype: "i32", domain: "index", below: 9 }], attributes: { starts: [0, 1], sizes: [2, 2] } },
  ],
};
