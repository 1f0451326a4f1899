// The shape operation `reshape`.
import { type Operation, ShapeError } from "./operation.ts";
import { inputAt, makeReference } from "./support/arrays.ts";
import { dimsAttribute } from "./support/attributes.ts";
import { describeShape, describeType, product, requireInputs, surelyDiffer } from "./support/types.ts";

export const reshape: Operation = {
  name: "reshape",
  group: "shape",
  signature: "(x: f32 or i32[...]) {sizes} -> the same[sizes]",
  doc: "The same entries in the same row-major order under another shape with as many entries.",
  infer(inputs, attributes) {
    const [x] = requireInputs("reshape", inputs, 1);
    const sizes = dimsAttribute("reshape", attributes, "sizes");
    if (surelyDiffer(product(x.shape), product(sizes))) {
      throw new ShapeError(
        "reshape",
        `${describeType(x)} cannot become ${describeShape(sizes)}: they hold different numbers of entries`,
      );
    }
    return { shape: sizes, dtype: x.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined];
    return [builder.add("reshape", [gradient], { sizes: builder.shape(inputAt(node.inputs, 0)) })];
  },
  reference: (inputs, node) => makeReference(node.shape, node.dtype, inputAt(inputs, 0).data),
  tfjs: (inputs, node, { tf }) => tf.reshape(inputAt(inputs, 0), [...node.shape]),
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [2, 6] }], attributes: { sizes: [3, 1, 4] } },
    { inputs: [{ shape: [] }], attributes: { sizes: [1, 1] } },
    { inputs: [{ shape: [3], dtype: "i32", domain: "index", below: 4 }], attributes: { sizes: [3, 1] } },
  ],
};
