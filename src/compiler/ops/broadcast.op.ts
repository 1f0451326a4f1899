// The shape operation `broadcast`: the only place where a value is repeated along an axis.
import { constantValue, type Dim } from "../dims/dim.ts";
import { type Operation, ShapeError } from "./operation.ts";
import { gathered, inputAt, offsets, rowMajorStrides } from "./support/arrays.ts";
import { dimsAttribute, numbersAttribute } from "./support/attributes.ts";
import { emitter } from "./support/emit.ts";
import { describeShape, describeType, requireInputs, surelyDiffer } from "./support/types.ts";

const isOne = (size: Dim | undefined): boolean => size !== undefined && constantValue(size) === 1;

export const broadcast: Operation = {
  name: "broadcast",
  group: "shape",
  signature: "(x: f32 or i32[...]) {sizes, axes} -> the same[sizes]",
  doc: "Repeats x to the shape `sizes`: axis k of x becomes axis axes[k], in rising order; the other axes, and axes of size 1, repeat.",
  infer(inputs, attributes) {
    const [x] = requireInputs("broadcast", inputs, 1);
    const sizes = dimsAttribute("broadcast", attributes, "sizes");
    const axes = numbersAttribute("broadcast", attributes, "axes");
    const rising = axes.every((axis, k) => Number.isInteger(axis) && axis > (axes[k - 1] ?? -1) && axis < sizes.length);
    if (axes.length !== x.shape.length || !rising) {
      throw new ShapeError(
        "broadcast",
        `[${axes.join(", ")}] does not place the axes of ${describeType(x)} in ${describeShape(sizes)}`,
      );
    }
    x.shape.forEach((size, k) => {
      if (!isOne(size) && surelyDiffer(size, sizes[axes[k] as number] as Dim)) {
        throw new ShapeError("broadcast", `${describeType(x)} cannot be repeated to ${describeShape(sizes)}: axis ${k} differs`);
      }
    });
    return { shape: sizes, dtype: x.dtype };
  },
  gradient({ builder, node, gradient }) {
    if (node.dtype === "i32") return [undefined];
    const emit = emitter(builder);
    const shape = builder.shape(inputAt(node.inputs, 0));
    const axes = numbersAttribute("broadcast", node.attributes, "axes");
    const copied = (axis: number): boolean => {
      const k = axes.indexOf(axis);
      return k === -1 || (isOne(shape[k]) && !isOne(node.shape[axis]));
    };
    const summed = node.shape.map((_, axis) => axis).filter(copied);
    return [emit.reshape(emit.unary("sum", gradient, { axes: summed }), shape)];
  },
  reference(inputs, node) {
    const x = inputAt(inputs, 0);
    const axes = numbersAttribute("broadcast", node.attributes, "axes");
    const own = rowMajorStrides(x.shape);
    const strides = node.shape.map((_, axis) => {
      const k = axes.indexOf(axis);
      return k === -1 || x.shape[k] === 1 ? 0 : (own[k] as number);
    });
    return gathered(x, node.shape, offsets(node.shape, strides));
  },
  tfjs(inputs, node, { tf }) {
    const x = inputAt(inputs, 0);
    const axes = numbersAttribute("broadcast", node.attributes, "axes");
    const aligned = node.shape.map((_, axis) => {
      const k = axes.indexOf(axis);
      return k === -1 ? 1 : (x.shape[k] as number);
    });
    return tf.tidy(() => tf.broadcastTo(tf.reshape(x, aligned), [...node.shape]));
  },
  flops: () => 0,
  samples: [
    { inputs: [{ shape: [] }], attributes: { sizes: [2, 3], axes: [] } },
    { inputs: [{ shape: [3] }], attributes: { sizes: [2, 3], axes: [1] } },
    { inputs: [{ shape: [3] }], attributes: { sizes: [3, 2], axes: [0] } },
    { inputs: [{ shape: [2, 1, 4] }], attributes: { sizes: [2, 3, 5, 4], axes: [0, 1, 3] } },
    { inputs: [{ shape: [1, 3] }], attributes: { sizes: [1, 3], axes: [0, 1] } },
    { inputs: [{ shape: [2], dtype: "i32", domain: "index", below: 5 }], attributes: { sizes: [2, 4], axes: [0] } },
  ],
};
