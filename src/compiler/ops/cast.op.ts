// The conversion `cast` between values and whole numbers.
import type { Operation } from "./operation.ts";
import { elementCount, inputAt, makeReference } from "./support/arrays.ts";
import { dtypeAttribute } from "./support/attributes.ts";
import { tfjsDType } from "./support/tfjs.ts";
import { requireInputs } from "./support/types.ts";

export const cast: Operation = {
  name: "cast",
  group: "unary",
  signature: "(x: f32 or i32[...]) {dtype} -> dtype[...]",
  doc: "x as another element type; f32 to i32 drops the fraction. A gradient flows only from f32 to f32.",
  infer(inputs, attributes) {
    const [x] = requireInputs("cast", inputs, 1);
    return { shape: x.shape, dtype: dtypeAttribute("cast", attributes) };
  },
  gradient({ builder, node, gradient }) {
    return [node.dtype === "f32" && builder.dtype(inputAt(node.inputs, 0)) === "f32" ? gradient : undefined];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    return makeReference(node.shape, node.dtype, node.dtype === "i32" ? x.data.map((value) => Math.trunc(value)) : x.data);
  },
  tfjs: (inputs, node, { tf }) => tf.cast(inputAt(inputs, 0), tfjsDType(node.dtype)),
  flops: (node) => elementCount(node.shape),
  samples: [
    { inputs: [{ shape: [2, 3] }], attributes: { dtype: "i32" } },
    { inputs: [{ shape: [4], dtype: "i32", domain: "index", below: 7 }], attributes: { dtype: "f32" } },
    { inputs: [{ shape: [4] }], attributes: { dtype: "f32" } },
  ],
};
