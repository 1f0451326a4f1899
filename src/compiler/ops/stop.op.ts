// The operation `stop`: lets a value through and holds its gradient back.
import type { Operation } from "./operation.ts";
import { inputAt } from "./support/arrays.ts";
import { requireInputs } from "./support/types.ts";

export const stop: Operation = {
  name: "stop",
  group: "gradient",
  signature: "(x: f32 or i32[...]) -> the same",
  doc: "x itself; no gradient flows back through it.",
  infer(inputs) {
    const [x] = requireInputs("stop", inputs, 1);
    return { shape: x.shape, dtype: x.dtype };
  },
  gradient: () => [undefined],
  reference: (inputs) => inputAt(inputs, 0),
  tfjs: (inputs, _node, { tf }) => tf.clone(inputAt(inputs, 0)),
  flops: () => 0,
  samples: [{ inputs: [{ shape: [2, 3] }] }],
};
