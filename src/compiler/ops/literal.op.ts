// The leaf `literal`: an array of numbers written into the graph.
import { constantValue } from "../dims/dim.ts";
import { type Operation, ShapeError } from "./operation.ts";
import { makeReference } from "./support/arrays.ts";
import { anyNumbersAttribute, dimsAttribute, dtypeAttribute } from "./support/attributes.ts";
import { tfjsTensor } from "./support/tfjs.ts";
import { product, requireLeaf } from "./support/types.ts";

export const literal: Operation = {
  name: "literal",
  group: "leaf",
  signature: "{values, sizes, dtype} -> dtype[sizes]",
  doc: "The numbers `values`, row-major, in the shape `sizes`.",
  infer(inputs, attributes) {
    requireLeaf("literal", inputs);
    const values = anyNumbersAttribute("literal", attributes, "values");
    const shape = dimsAttribute("literal", attributes, "sizes");
    const count = constantValue(product(shape));
    if (count !== values.length) {
      throw new ShapeError("literal", `a literal of ${product(shape).key} entries has ${values.length} numbers`);
    }
    return { shape, dtype: dtypeAttribute("literal", attributes) };
  },
  gradient: () => [],
  reference: (_inputs, node) =>
    makeReference(node.shape, node.dtype, Float64Array.from(anyNumbersAttribute("literal", node.attributes, "values"))),
  tfjs: (_inputs, node, { tf }) =>
    tfjsTensor(tf, anyNumbersAttribute("literal", node.attributes, "values"), node.shape, node.dtype),
  flops: () => 0,
  samples: [
    { inputs: [], attributes: { values: [1, -2, 0.5, 4, 5, 6], sizes: [2, 3], dtype: "f32" } },
    { inputs: [], attributes: { values: [7], sizes: [], dtype: "i32" } },
  ],
};
