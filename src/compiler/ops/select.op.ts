// The elementwise choice `select`.
import type { Operation } from "./operation.ts";
import { elementCount, inputAt, makeReference } from "./support/arrays.ts";
import { emitter } from "./support/emit.ts";
import { requireDType, requireInputs, requireSameDType, requireSameShape } from "./support/types.ts";

export const select: Operation = {
  name: "select",
  group: "select",
  signature: "(mask: f32[...], a: f32 or i32[...], b: the same) -> the same",
  doc: "a where the mask is not 0, else b. What is not chosen cannot reach the result or a gradient, not even if it is not a number.",
  infer(inputs) {
    const [mask, a, b] = requireInputs("select", inputs, 3);
    requireDType("select", mask, "f32");
    requireSameShape("select", a, b);
    requireSameDType("select", a, b);
    requireSameShape("select", mask, a);
    return { shape: a.shape, dtype: a.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined, undefined, undefined];
    const emit = emitter(builder);
    const mask = inputAt(node.inputs, 0);
    const none = emit.fill(0, gradient);
    return [undefined, emit.select(mask, gradient, none), emit.select(mask, none, gradient)];
  },
  reference(inputs, node) {
    const [mask, a, b] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)];
    const chosen = mask.data.map((on, at) => (on !== 0 ? a.data[at] : b.data[at]) as number);
    return makeReference(node.shape, node.dtype, chosen);
  },
  tfjs: (inputs, _node, { tf }) =>
    tf.tidy(() => tf.where(tf.notEqual(inputAt(inputs, 0), tf.scalar(0)), inputAt(inputs, 1), inputAt(inputs, 2))),
  flops: (node) => elementCount(node.shape),
  samples: [
    { inputs: [{ shape: [], domain: "mask" }, { shape: [] }, { shape: [] }] },
    { inputs: [{ shape: [3, 1, 5], domain: "mask" }, { shape: [3, 1, 5] }, { shape: [3, 1, 5] }] },
    {
      inputs: [
        { shape: [4], domain: "mask" },
        { shape: [4], dtype: "i32", domain: "index", below: 5 },
        { shape: [4], dtype: "i32", domain: "index", below: 5 },
      ],
    },
  ],
};
