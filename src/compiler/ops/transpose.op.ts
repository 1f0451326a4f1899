// The shape operation `transpose`.
import { type Operation, ShapeError } from "./operation.ts";
import { gathered, inputAt, offsets, rowMajorStrides } from "./support/arrays.ts";
import { numbersAttribute } from "./support/attributes.ts";
import { describeType, pick, requireAxes, requireInputs } from "./support/types.ts";

export const transpose: Operation = {
  name: "transpose",
  group: "shape",
  signature: "(x: f32 or i32[...]) {permutation} -> the same with its axes reordered",
  doc: "Axis k of the result is axis permutation[k] of x.",
  infer(inputs, attributes) {
    const [x] = requireInputs("transpose", inputs, 1);
    const permutation = numbersAttribute("transpose", attributes, "permutation");
    requireAxes("transpose", x, permutation);
    if (permutation.length !== x.shape.length) {
      throw new ShapeError(
        "transpose",
        `the permutation [${permutation.join(", ")}] does not name every axis of ${describeType(x)}`,
      );
    }
    return { shape: pick(x.shape, permutation), dtype: x.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined];
    const permutation = numbersAttribute("transpose", node.attributes, "permutation");
    const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
    return [builder.add("transpose", [gradient], { permutation: inverse })];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    const permutation = numbersAttribute("transpose", node.attributes, "permutation");
    return gathered(x, node.shape, offsets(node.shape, pick(rowMajorStrides(x.shape), permutation)));
  },
  tfjs: (inputs, node, { tf }) =>
    tf.transpose(inputAt(inputs, 0), [...numbersAttribute("transpose", node.attributes, "permutation")]),
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [2, 3] }], attributes: { permutation: [1, 0] } },
    { inputs: [{ shape: [2, 1, 3, 4] }], attributes: { permutation: [3, 0, 2, 1] } },
    { inputs: [{ shape: [5] }], attributes: { permutation: [0] } },
    { inputs: [{ shape: [3, 2], dtype: "i32", domain: "index", below: 4 }], attributes: { permutation: [1, 0] } },
  ],
};
