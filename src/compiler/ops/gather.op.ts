// The indexing operation `gather`.
import type { Operation } from "./operation.ts";
import { inputAt, makeReference } from "./support/arrays.ts";
import { clampIndex, clampIndices, copyRow, rowLength } from "./support/rows.ts";
import { axisSize, requireDType, requireInputs } from "./support/types.ts";

export const gather: Operation = {
  name: "gather",
  group: "index",
  signature: "(table: f32 or i32[N, ...rest], indices: i32[...I]) -> the table's type[...I, ...rest]",
  doc: "The rows of a table at the given indices; an index out of range counts as the nearest one in range.",
  infer(inputs) {
    const [table, indices] = requireInputs("gather", inputs, 2);
    axisSize("gather", table, 0);
    requireDType("gather", indices, "i32");
    return { shape: [...indices.shape, ...table.shape.slice(1)], dtype: table.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined, undefined];
    const size = axisSize("gather", { shape: builder.shape(inputAt(node.inputs, 0)), dtype: node.dtype }, 0);
    return [builder.add("scatter_add", [inputAt(node.inputs, 1), gradient], { size }), undefined];
  },
  reference(inputs, node) {
    const [table, indices] = [inputAt(inputs, 0), inputAt(inputs, 1)];
    const result = makeReference(node.shape, node.dtype);
    const length = rowLength(table.shape);
    indices.data.forEach((index, at) => {
      copyRow(table, clampIndex(index, table.shape[0] as number), result, at, length, false);
    });
    return result;
  },
  tfjs(inputs, _node, { tf }) {
    const [table, indices] = [inputAt(inputs, 0), inputAt(inputs, 1)];
    return tf.tidy(() => tf.gather(table, clampIndices(tf, indices, table.shape[0] as number), 0));
  },
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [5] }, { shape: [3], dtype: "i32", domain: "index", below: 5 }] },
    { inputs: [{ shape: [4, 2, 3] }, { shape: [2, 5], dtype: "i32", domain: "index", below: 6 }] },
    { inputs: [{ shape: [3, 2] }, { shape: [], dtype: "i32", domain: "index", below: 3 }] },
    {
      inputs: [
        { shape: [4], dtype: "i32", domain: "index", below: 9 },
        { shape: [3], dtype: "i32", domain: "index", below: 4 },
      ],
    },
  ],
};
