// The leaf `variable`: a value that the executor holds; no lowering computes it.
import type { Operation } from "./operation.ts";
import { dimsAttribute, dtypeAttribute, stringAttribute } from "./support/attributes.ts";
import { requireLeaf } from "./support/types.ts";

export const variable: Operation = {
  name: "variable",
  group: "leaf",
  signature: "{name, sizes, dtype} -> dtype[sizes]",
  doc: "A named value that lives across runs",
  infer(inputs, attributes) {
    requireLeaf("variable", inputs);
    stringAttribute("variable", attributes, "name");
    return { shape: dimsAttribute("variable", attributes, "sizes"), dtype: dtypeAttribute("variable", attributes) };
  },
  gradient: () => [],
  reference: (_inputs, node) => heldOutside(stringAttribute("variable", node.attributes, "name")),
  tfjs: (_inputs, node) => heldOutside(stringAttribute("variable", node.attributes, "name")),
  flops: () => 0,
  samples: [],
};

function heldOutside(name: string): never {
  throw new Error(`the variable ${name} is held by the executor and cannot be computed`);
}
