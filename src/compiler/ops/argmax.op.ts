// The reduction `argmax`.
import type { Operation } from "./operation.ts";
import { elementCount, inputAt, makeReference, offsets, rowMajorStrides } from "./support/arrays.ts";
import { numberAttribute } from "./support/attributes.ts";
import { axisSize, otherAxes, pick, requireDType, requireInputs } from "./support/types.ts";

export const argmax: Operation = {
  name: "argmax",
  group: "reduce",
  signature: "(x: f32[...]) {axis} -> i32[the same without that axis]",
  doc: "The position of the largest entry along an axis, the first one of several; no gradient.",
  infer(inputs, attributes) {
    const [x] = requireInputs("argmax", inputs, 1);
    requireDType("argmax", x, "f32");
    const axis = numberAttribute("argmax", attributes, "axis");
    axisSize("argmax", x, axis);
    return { shape: pick(x.shape, otherAxes(x.shape.length, [axis])), dtype: "i32" };
  },
  gradient: () => [undefined],
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    const axis = numberAttribute("argmax", node.attributes, "axis");
    const strides = rowMajorStrides(x.shape);
    const kept = otherAxes(x.shape.length, [axis]);
    const starts = offsets(node.shape, pick(strides, kept));
    const step = strides[axis] as number;
    const result = makeReference(node.shape, node.dtype);
    starts.forEach((start, at) => {
      let best = 0;
      for (let position = 1; position < (x.shape[axis] as number); position += 1) {
        if ((x.data[start + position * step] as number) > (x.data[start + best * step] as number)) best = position;
      }
      result.data[at] = best;
    });
    return result;
  },
  tfjs: (inputs, node, { tf }) => tf.argMax(inputAt(inputs, 0), numberAttribute("argmax", node.attributes, "axis")),
  flops: (_node, inputs) => elementCount(inputAt(inputs, 0)),
  samples: [
    { inputs: [{ shape: [5] }], attributes: { axis: 0 } },
    { inputs: [{ shape: [2, 3, 4] }], attributes: { axis: 1 } },
    { inputs: [{ shape: [2, 1] }], attributes: { axis: 1 } },
  ],
};
