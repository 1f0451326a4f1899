// The reduction `max`.
import type { Operation } from "./operation.ts";
import { elementCount, inputAt, makeReference } from "./support/arrays.ts";
import { numbersAttribute } from "./support/attributes.ts";
import { emitter } from "./support/emit.ts";
import { inferReduction, reductionSamples, reductionTargets } from "./support/reduce.ts";

export const max: Operation = {
  name: "max",
  group: "reduce",
  signature: "(x: f32 or i32[...]) {axes} -> the same without those axes",
  doc: "The largest entry over the given axes, which disappear. Entries that tie for it share its gradient equally.",
  infer: (inputs, attributes) => inferReduction("max", inputs, attributes),
  gradient({ builder, node, result, gradient }) {
    if (node.dtype === "i32") return [undefined];
    const emit = emitter(builder);
    const x = inputAt(node.inputs, 0);
    const axes = numbersAttribute("max", node.attributes, "axes");
    const shape = builder.shape(x);
    const winners = builder.add("equal", [x, emit.spread(result, shape, axes)]);
    const share = emit.divide(gradient, emit.unary("sum", winners, { axes }));
    return [emit.multiply(winners, emit.spread(share, shape, axes))];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    const result = makeReference(node.shape, node.dtype);
    result.data.fill(Number.NEGATIVE_INFINITY);
    const targets = reductionTargets(x, node);
    for (let at = 0; at < targets.length; at += 1) {
      const target = targets[at] as number;
      result.data[target] = Math.max(result.data[target] as number, x.data[at] as number);
    }
    return result;
  },
  tfjs(inputs, node, { tf }) {
    const axes = numbersAttribute("max", node.attributes, "axes");
    return axes.length === 0 ? tf.clone(inputAt(inputs, 0)) : tf.max(inputAt(inputs, 0), [...axes]);
  },
  flops: (_node, inputs) => elementCount(inputAt(inputs, 0)),
  samples: reductionSamples,
};
