// The operation `part`: one of the several results of a scan.
import { type Operation, ShapeError } from "./operation.ts";
import { inputAt } from "./support/arrays.ts";
import { numberAttribute } from "./support/attributes.ts";
import { requireInputs } from "./support/types.ts";

export const part: Operation = {
  name: "part",
  group: "loop",
  signature: "(scan) {index} -> the scan's result of that index",
  doc: "Result `index` of a scan: first its final carries, then its outputs stacked over the steps.",
  infer(inputs, attributes) {
    const [scan] = requireInputs("part", inputs, 1);
    const index = numberAttribute("part", attributes, "index");
    const type = scan.parts?.[index];
    if (type === undefined)
      throw new ShapeError("part", `there is no part ${index}: a part is taken of a scan, by the index of one of its results`);
    return { shape: type.shape, dtype: type.dtype };
  },
  // Autodiff hands the gradients of all parts to the scan itself.
  gradient: () => [undefined],
  reference: (inputs, node) => inputAt(inputs, numberAttribute("part", node.attributes, "index")),
  tfjs: (inputs, node, { tf }) => tf.clone(inputAt(inputs, numberAttribute("part", node.attributes, "index"))),
  flops: () => 0,
  samples: [],
};
