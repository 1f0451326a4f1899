// The leaf `iota`: positions along an axis.
import type { Node } from "../ir/graph.ts";
import type { Operation, Reference } from "./operation.ts";
import { elementCount, makeReference, rowMajorStrides } from "./support/arrays.ts";
import { dimsAttribute, dtypeAttribute, numberAttribute } from "./support/attributes.ts";
import { tfjsTensor } from "./support/tfjs.ts";
import { axisSize, requireLeaf } from "./support/types.ts";

function positions(node: Node<number>): Reference {
  const axis = numberAttribute("iota", node.attributes, "axis");
  const stride = rowMajorStrides(node.shape)[axis] ?? 1;
  const size = node.shape[axis] ?? 1;
  const data = Float64Array.from({ length: elementCount(node.shape) }, (_, at) => Math.floor(at / stride) % size);
  return makeReference(node.shape, node.dtype, data);
}

export const iota: Operation = {
  name: "iota",
  group: "leaf",
  signature: "{sizes, axis, dtype} -> dtype[sizes]",
  doc: "In every entry its own position along `axis`, from 0.",
  infer(inputs, attributes) {
    requireLeaf("iota", inputs);
    const type = { shape: dimsAttribute("iota", attributes, "sizes"), dtype: dtypeAttribute("iota", attributes) };
    axisSize("iota", type, numberAttribute("iota", attributes, "axis"));
    return type;
  },
  gradient: () => [],
  reference: (_inputs, node) => positions(node),
  tfjs: (_inputs, node, { tf }) => tfjsTensor(tf, positions(node).data, node.shape, node.dtype),
  flops: () => 0,
  samples: [
    { inputs: [], attributes: { sizes: [5], axis: 0, dtype: "i32" } },
    { inputs: [], attributes: { sizes: [2, 3, 2], axis: 1, dtype: "f32" } },
  ],
};
