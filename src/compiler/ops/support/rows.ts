// What the operations that index the first axis of a table share.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Reference, Tfjs } from "../operation.ts";

/** An index brought into 0 .. size - 1, the rule for indices out of range. */
export function clampIndex(index: number, size: number): number {
  return Math.min(Math.max(index, 0), size - 1);
}

/** Entries in one row of a table: the product of all sizes but the first. */
export function rowLength(shape: readonly number[]): number {
  return shape.slice(1).reduce((product, size) => product * size, 1);
}

/** Row `from` of one table copied (or added) to row `to` of another of the same row length. */
export function copyRow(source: Reference, from: number, target: Reference, to: number, length: number, add: boolean): void {
  for (let at = 0; at < length; at += 1) {
    const value = source.data[from * length + at] as number;
    target.data[to * length + at] = add ? (target.data[to * length + at] as number) + value : value;
  }
}

/** int32 indices clamped to 0 .. size - 1; backends differ in what they do with others. */
export function clampIndices(tf: Tfjs, indices: Tensor, size: number): Tensor {
  return tf.maximum(tf.minimum(indices, tf.scalar(size - 1, "int32")), tf.scalar(0, "int32"));
}
