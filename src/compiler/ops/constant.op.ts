// The leaf `constant`: one number everywhere.
import { isDim } from "../dims/dim.ts";
import type { Operation } from "./operation.ts";
import { makeReference } from "./support/arrays.ts";
import { anyNumberAttribute, dimsAttribute, dtypeAttribute } from "./support/attributes.ts";
import { tfjsDType } from "./support/tfjs.ts";
import { requireLeaf } from "./support/types.ts";

export const constant: Operation = {
  name: "constant",
  group: "leaf",
  signature: "{value, sizes, dtype} -> dtype[sizes]",
  doc: 'The number `value` in every entry. Infinite values stand in a plan as "Infinity" and "-Infinity".',
  infer(inputs, attributes) {
    requireLeaf("constant", inputs);
    // A size may stand for the number until the graph is specialised: the 1 / n of a mean.
    if (!isDim(attributes.value)) anyNumberAttribute("constant", attributes, "value");
    return { shape: dimsAttribute("constant", attributes, "sizes"), dtype: dtypeAttribute("constant", attributes) };
  },
  gradient: () => [],
  reference(_inputs, node) {
    const result = makeReference(node.shape, node.dtype);
    result.data.fill(anyNumberAttribute("constant", node.attributes, "value"));
    return result;
  },
  tfjs: (_inputs, node, { tf }) =>
    tf.fill([...node.shape], anyNumberAttribute("constant", node.attributes, "value"), tfjsDType(node.dtype)),
  flops: () => 0,
  samples: [
    { inputs: [], attributes: { value: 2.5, sizes: [], dtype: "f32" } },
    { inputs: [], attributes: { value: "-Infinity", sizes: [2, 3], dtype: "f32" } },
    { inputs: [], attributes: { value: 3, sizes: [4], dtype: "i32" } },
  ],
};
