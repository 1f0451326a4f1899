// The reduction `sum`.
import type { Operation } from "./operation.ts";
import { elementCount, inputAt, makeReference } from "./support/arrays.ts";
import { numbersAttribute } from "./support/attributes.ts";
import { emitter } from "./support/emit.ts";
import { inferReduction, reductionSamples, reductionTargets } from "./support/reduce.ts";

export const sum: Operation = {
  name: "sum",
  group: "reduce",
  signature: "(x: f32 or i32[...]) {axes} -> the same without those axes",
  doc: "The sum over the given axes, which disappear; over no axes it is x itself.",
  infer: (inputs, attributes) => inferReduction("sum", inputs, attributes),
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined];
    const shape = builder.shape(inputAt(node.inputs, 0));
    return [emitter(builder).spread(gradient, shape, numbersAttribute("sum", node.attributes, "axes"))];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    const result = makeReference(node.shape, node.dtype);
    const targets = reductionTargets(x, node);
    for (let at = 0; at < targets.length; at += 1) {
      result.data[targets[at] as number] = (result.data[targets[at] as number] as number) + (x.data[at] as number);
    }
    return result;
  },
  tfjs(inputs, node, { tf }) {
    const axes = numbersAttribute("sum", node.attributes, "axes");
    return axes.length === 0 ? tf.clone(inputAt(inputs, 0)) : tf.sum(inputAt(inputs, 0), [...axes]);
  },
  flops: (_node, inputs) => elementCount(inputAt(inputs, 0)),
  samples: reductionSamples,
};
