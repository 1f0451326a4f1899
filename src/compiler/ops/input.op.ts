// The leaf `input`: a value that the executor holds; no lowering computes it.
import type { Operation } from "./operation.ts";
import { dimsAttribute, dtypeAttribute, stringAttribute } from "./support/attributes.ts";
import { requireLeaf } from "./support/types.ts";

export const input: Operation = {
  name: "input",
  group: "leaf",
  signature: "{name, sizes, dtype} -> dtype[sizes]",
  doc: "A value fed from outside at every run.",
  infer(inputs, attributes) {
    requireLeaf("input", inputs);
    stringAttribute("input", attributes, "name");
    return { shape: dimsAttribute("input", attributes, "sizes"), dtype: dtypeAttribute("input", attributes) };
  },
  gradient: () => [],
  reference: (_inputs, node) => heldOutside(stringAttribute("input", node.attributes, "name")),
  tfjs: (_inputs, node) => heldOutside(stringAttribute("input", node.attributes, "name")),
  flops: () => 0,
  samples: [],
};

function heldOutside(name: string): never {
  throw new Error(`the input ${name} is held by the executor and cannot be computed`);
}
