// The indexing operation `scatter_set`: new rows for some rows of a table.
import type { Tensor } from "@tensorflow/tfjs-core";
import { type Operation, ShapeError, type Tfjs } from "./operation.ts";
import { inputAt, makeReference } from "./support/arrays.ts";
import { emitter } from "./support/emit.ts";
import { clampIndex, clampIndices, copyRow, rowLength } from "./support/rows.ts";
import { describeType, requireDType, requireInputs, requireSameDType, shapesEqual } from "./support/types.ts";

/** For each row of the table 1 + the position of the last index that names it, or 0: f32[size]. */
function lastWriter(tf: Tfjs, indices: Tensor, size: number): Tensor {
  const named = tf.equal(
    tf.reshape(clampIndices(tf, indices, size), [-1, 1]),
    tf.reshape(tf.range(0, size, 1, "int32"), [1, -1]),
  );
  const order = tf.reshape(tf.range(1, indices.size + 1, 1, "float32"), [-1, 1]);
  return tf.max(tf.mul(tf.cast(named, "float32"), order), 0);
}

export const scatterSet: Operation = {
  name: "scatter_set",
  group: "index",
  signature:
    "(table: f32 or i32[N, ...rest], indices: i32[K], rows: the table's type[K, ...rest]) -> the table's type[N, ...rest]",
  doc: "The table with row indices[k] replaced by row k of `rows`; the last one wins where an index repeats, and one out of range counts as the nearest one in range.",
  infer(inputs) {
    const [table, indices, rows] = requireInputs("scatter_set", inputs, 3);
    requireDType("scatter_set", indices, "i32");
    requireSameDType("scatter_set", table, rows);
    const fits =
      indices.shape.length === 1 &&
      table.shape.length > 0 &&
      shapesEqual([...indices.shape, ...table.shape.slice(1)], rows.shape);
    if (!fits) {
      throw new ShapeError(
        "scatter_set",
        `${describeType(rows)} at ${describeType(indices)} are not rows of the table ${describeType(table)}`,
      );
    }
    return { shape: table.shape, dtype: table.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined, undefined, undefined];
    const emit = emitter(builder);
    const [indices, rows] = [inputAt(node.inputs, 1), inputAt(node.inputs, 2)];
    const kept = builder.add("scatter_set", [gradient, indices, emit.fill(0, rows)]);
    // A row that a later one overwrote gets no gradient: it reads back another position than its own.
    const sizes = builder.shape(rows);
    const own = builder.add("iota", [], { sizes: builder.shape(indices), axis: 0, dtype: "i32" });
    const positions = builder.add("constant", [], {
      value: 0,
      sizes: builder.shape(inputAt(node.inputs, 0)).slice(0, 1),
      dtype: "i32",
    });
    const winner = builder.add("gather", [builder.add("scatter_set", [positions, indices, own]), indices]);
    const won = emit.broadcast(builder.add("equal", [winner, own]), sizes, [0]);
    return [kept, undefined, emit.multiply(won, builder.add("gather", [gradient, indices]))];
  },
  reference(inputs, node) {
    const [table, indices, rows] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)];
    const result = makeReference(node.shape, node.dtype, Float64Array.from(table.data));
    indices.data.forEach((index, at) => {
      copyRow(rows, at, result, clampIndex(index, node.shape[0] as number), rowLength(node.shape), false);
    });
    return result;
  },
  tfjs(inputs, node, { tf }) {
    const [table, indices, rows] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)];
    return tf.tidy(() => {
      const writer = lastWriter(tf, indices, node.shape[0] as number);
      const replacement = tf.gather(rows, tf.cast(tf.relu(tf.sub(writer, 1)), "int32"), 0);
      const written = tf.reshape(tf.greater(writer, 0), [-1, ...node.shape.slice(1).map(() => 1)]);
      return tf.where(tf.broadcastTo(written, [...node.shape]), replacement, table);
    });
  },
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [5] }, { shape: [3], dtype: "i32", domain: "index", below: 5 }, { shape: [3] }] },
    { inputs: [{ shape: [3, 2, 2] }, { shape: [5], dtype: "i32", domain: "index", below: 4 }, { shape: [5, 2, 2] }] },
    {
      inputs: [
        { shape: [4], dtype: "i32", domain: "index", below: 9 },
        { shape: [2], dtype: "i32", domain: "index", below: 4 },
        { shape: [2], dtype: "i32", domain: "index", below: 9 },
      ],
    },
  ],
};
