// The shape operation `unwindow`, the adjoint of `window`.
import type { Tensor } from "@tensorflow/tfjs-core";
import { type Operation, ShapeError, type Tfjs } from "./operation.ts";
import { elementCount, inputAt, makeReference } from "./support/arrays.ts";
import { dimAttribute } from "./support/attributes.ts";
import { axisSize, describeType, requireDType, requireInputs, surelyDiffer } from "./support/types.ts";
import { windowCount, windowGeometry, windowOffsets } from "./support/windows.ts";

/** Entries `stride` apart along an axis, the first at `start`, zeros elsewhere, `length` in all. */
function spreadOut(tf: Tfjs, x: Tensor, axis: number, stride: number, start: number, length: number): Tensor {
  const shape = x.shape;
  const count = shape[axis] as number;
  const [before, after] = [shape.slice(0, axis), shape.slice(axis + 1)];
  const padded = (t: Tensor, at: number, low: number, high: number) =>
    tf.pad(
      t,
      t.shape.map((_, other): [number, number] => (other === at ? [low, high] : [0, 0])),
    );
  const gaps = padded(tf.reshape(x, [...before, count, 1, ...after]), axis + 1, 0, stride - 1);
  const covered = (count - 1) * stride + 1;
  const flat = tf.reshape(gaps, [...before, count * stride, ...after]);
  const trimmed = tf.slice(
    flat,
    shape.map(() => 0),
    [...before, covered, ...after],
  );
  return padded(trimmed, axis, start, length - start - covered);
}

export const unwindow: Operation = {
  name: "unwindow",
  group: "shape",
  signature: "(windows: f32[..., windows, ..., size]) {axis, size, stride, dilation, length} -> f32[..., length, ...]",
  doc: "Puts windows back where `window` took them from, adding up where they overlap.",
  infer(inputs, attributes) {
    const [x] = requireInputs("unwindow", inputs, 1);
    requireDType("unwindow", x, "f32");
    const { axis } = windowGeometry("unwindow", attributes);
    const last = x.shape.length - 1;
    const length = dimAttribute("unwindow", attributes, "length");
    const fits =
      axis < last &&
      !surelyDiffer(axisSize("unwindow", x, axis), windowCount("unwindow", length, attributes)) &&
      !surelyDiffer(axisSize("unwindow", x, last), dimAttribute("unwindow", attributes, "size"));
    if (!fits) throw new ShapeError("unwindow", `${describeType(x)} are not all windows of a sequence of ${length.key} entries`);
    return { shape: x.shape.slice(0, last).map((size, other) => (other === axis ? length : size)), dtype: "f32" };
  },
  gradient({ builder, node, gradient }) {
    const { length: _length, ...geometry } = node.attributes;
    return [builder.add("window", [gradient], geometry)];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    const result = makeReference(node.shape, node.dtype);
    windowOffsets(node.shape, x.shape, node).forEach((to, at) => {
      result.data[to] = (result.data[to] as number) + (x.data[at] as number);
    });
    return result;
  },
  tfjs(inputs, node, { tf }) {
    const x = inputAt(inputs, 0);
    const { axis, stride, dilation } = windowGeometry("unwindow", node.attributes);
    const length = node.shape[axis] as number;
    return tf.tidy(() => {
      const columns = tf.unstack(x, x.rank - 1);
      const placed = columns.map((column, k) => spreadOut(tf, column, axis, stride, k * dilation, length));
      return placed.reduce((total, next) => tf.add(total, next));
    });
  },
  flops: (_node, inputs) => elementCount(inputAt(inputs, 0)),
  samples: [
    { inputs: [{ shape: [4, 3] }], attributes: { axis: 0, size: 3, stride: 1, dilation: 1, length: 6 } },
    { inputs: [{ shape: [2, 3, 3, 3] }], attributes: { axis: 1, size: 3, stride: 2, dilation: 1, length: 8 } },
    { inputs: [{ shape: [2, 2, 2] }], attributes: { axis: 1, size: 2, stride: 3, dilation: 3, length: 8 } },
  ],
};
