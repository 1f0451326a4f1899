// The operation `gradient_scale`: the identity forward, a factor on the gradient backward (-1: a gradient reversal layer,
// Ganin and Lempitsky 2015).
import { type Operation, ShapeError } from "./operation.ts";
import { inputAt } from "./support/arrays.ts";
import { emitter } from "./support/emit.ts";
import { describeType, requireDType, requireInputs } from "./support/types.ts";

export const gradientScale: Operation = {
  name: "gradient_scale",
  group: "gradient",
  signature: "(x: f32[...], factor: f32[]) -> f32[...]",
  doc: "x itself; the gradient that flows back is multiplied by the factor. The factor gets no gradient.",
  infer(inputs) {
    const [x, factor] = requireInputs("gradient_scale", inputs, 2);
    requireDType("gradient_scale", x, "f32");
    if (factor.dtype !== "f32" || factor.shape.length > 0) {
      throw new ShapeError("gradient_scale", `the factor of a gradient must be a scalar, not ${describeType(factor)}`);
    }
    return { shape: x.shape, dtype: x.dtype };
  },
  gradient({ builder, node, gradient }) {
    const emit = emitter(builder);
    return [emit.multiply(gradient, emit.broadcast(inputAt(node.inputs, 1), node.shape, [])), undefined];
  },
  reference: (inputs) => inputAt(inputs, 0),
  tfjs: (inputs, _node, { tf }) => tf.clone(inputAt(inputs, 0)),
  flops: () => 0,
  samples: [{ inputs: [{ shape: [2, 3] }, { shape: [] }] }],
};
