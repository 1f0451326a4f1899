// The indexing operation `scatter_add`, the adjoint of `gather`.
import { type Operation, ShapeError } from "./operation.ts";
import { elementCount, inputAt, makeReference } from "./support/arrays.ts";
import { dimAttribute } from "./support/attributes.ts";
import { clampIndex, clampIndices, copyRow, rowLength } from "./support/rows.ts";
import { describeType, requireDType, requireInputs, shapesEqual } from "./support/types.ts";

export const scatterAdd: Operation = {
  name: "scatter_add",
  group: "index",
  signature: "(indices: i32[...I], updates: f32[...I, ...rest]) {size} -> f32[size, ...rest]",
  doc: "A table of zeros to whose row indices[k] row k of the updates is added; an index out of range counts as the nearest one in range.",
  infer(inputs, attributes) {
    const [indices, updates] = requireInputs("scatter_add", inputs, 2);
    requireDType("scatter_add", indices, "i32");
    requireDType("scatter_add", updates, "f32");
    const rank = indices.shape.length;
    if (!shapesEqual(indices.shape, updates.shape.slice(0, rank))) {
      throw new ShapeError(
        "scatter_add",
        `the updates ${describeType(updates)} do not begin with the indices' shape ${describeType(indices)}`,
      );
    }
    return { shape: [dimAttribute("scatter_add", attributes, "size"), ...updates.shape.slice(rank)], dtype: "f32" };
  },
  gradient: ({ builder, node, gradient }) => [undefined, builder.add("gather", [gradient, inputAt(node.inputs, 0)])],
  reference(inputs, node) {
    const [indices, updates] = [inputAt(inputs, 0), inputAt(inputs, 1)];
    const result = makeReference(node.shape, node.dtype);
    const length = rowLength(node.shape);
    indices.data.forEach((index, at) => {
      copyRow(updates, at, result, clampIndex(index, node.shape[0] as number), length, true);
    });
    return result;
  },
  tfjs(inputs, node, { tf }) {
    const [indices, updates] = [inputAt(inputs, 0), inputAt(inputs, 1)];
    const size = node.shape[0] as number;
    const length = rowLength(node.shape);
    // scatterND adds up repeated indices on every backend; UnsortedSegmentSum is missing on wasm.
    return tf.tidy(() => {
      const rows = tf.reshape(clampIndices(tf, indices, size), [-1, 1]);
      return tf.reshape(tf.scatterND(rows, tf.reshape(updates, [-1, length]), [size, length]), [...node.shape]);
    });
  },
  flops: (_node, inputs) => elementCount(inputAt(inputs, 1)),
  samples: [
    { inputs: [{ shape: [6], dtype: "i32", domain: "index", below: 3 }, { shape: [6] }], attributes: { size: 3 } },
    { inputs: [{ shape: [2, 3], dtype: "i32", domain: "index", below: 5 }, { shape: [2, 3, 2, 1] }], attributes: { size: 4 } },
    { inputs: [{ shape: [], dtype: "i32", domain: "index", below: 2 }, { shape: [3] }], attributes: { size: 2 } },
  ],
};
