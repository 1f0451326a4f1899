// Primitives that reduce or move entries without changing them.

import { elementCount } from "../../../ops/support/arrays.ts";
import { anyNumberAttribute, anyNumbersAttribute, numberAttribute, numbersAttribute } from "../../../ops/support/attributes.ts";
import { windowGeometry } from "../../../ops/support/windows.ts";
import {
  full,
  type Lowered,
  type Lowering,
  type Operand,
  operandAt,
  padded,
  reshaped,
  scalar,
  sliced,
  transposed,
  vector,
  whole,
} from "../lowering.ts";
import { type Output, type Scope, typed } from "../scope.ts";

const literal: Lowering = (node, _operands, { scope }) =>
  whole(scope.constant(node.dtype, node.shape, anyNumbersAttribute("literal", node.attributes, "values")), node);

/** Positions along one axis: a short range that repeats along the others. */
const iota: Lowering = (node, _operands, { scope }) => {
  const axis = numberAttribute("iota", node.attributes, "axis");
  const length = node.shape[axis] as number;
  const shape = [length, ...node.shape.slice(axis + 1).map(() => 1)];
  return {
    output: scope.constant(
      node.dtype,
      shape,
      Array.from({ length }, (_, at) => at),
    ),
    shape,
  };
};

const reduction =
  (op: "Sum" | "Max"): Lowering =>
  (node, operands, { scope }) => {
    const x = operandAt(operands, 0);
    const axes = numbersAttribute(node.op, node.attributes, "axes");
    if (axes.length === 0) return x;
    const inputs = [full(scope, x), vector(scope, axes)];
    return whole(scope.add(op, inputs, { ...typed(x.dtype), Tidx: { type: "i32" } }), node);
  };

const argmax: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  const axis = scalar(scope, numberAttribute("argmax", node.attributes, "axis"), "i32");
  const attributes = { ...typed(x.dtype), Tidx: { type: "i32" }, output_type: { type: "i32" } } as const;
  return whole(scope.add("ArgMax", [full(scope, x), axis], attributes), node);
};

const single = (scope: Scope, { output, shape, dtype }: Operand): Lowered => ({
  output: shape.length === 0 ? output : reshaped(scope, output, [], dtype),
  shape: [],
});

const reshape: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  // One number everywhere is the same under any shape.
  if (elementCount(x.shape) === 1) return single(scope, x);
  return whole(reshaped(scope, full(scope, x), node.shape, x.dtype), node);
};

const transpose: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  const permutation = numbersAttribute("transpose", node.attributes, "permutation");
  return whole(transposed(scope, full(scope, x), permutation, x.dtype), node);
};

/** Only aligned: axes of size 1 stand where the value repeats. */
const broadcast: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  if (elementCount(x.shape) === 1) return single(scope, x);
  const axes = numbersAttribute("broadcast", node.attributes, "axes");
  const missing = x.declared.length - x.shape.length;
  const aligned = node.shape.map((_, axis) => {
    const from = axes.indexOf(axis);
    return from === -1 ? 1 : (x.shape[from - missing] ?? 1);
  });
  while (aligned[0] === 1) aligned.shift();
  const same = aligned.length === x.shape.length && aligned.every((size, axis) => size === x.shape[axis]);
  return { output: same ? x.output : reshaped(scope, x.output, aligned, x.dtype), shape: aligned };
};

const slice: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  const starts = numbersAttribute("slice", node.attributes, "starts");
  return whole(sliced(scope, full(scope, x), starts, node.shape, x.dtype), node);
};

const pad: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  if (node.shape.length === 0) return x;
  const low = numbersAttribute("pad", node.attributes, "low");
  const high = numbersAttribute("pad", node.attributes, "high");
  const value = anyNumberAttribute("pad", node.attributes, "value");
  return whole(padded(scope, full(scope, x), low, high, value, x.dtype), node);
};

const concat: Lowering = (node, operands, { scope }) => {
  const first = operandAt(operands, 0);
  if (operands.length === 1) return first;
  const axis = scalar(scope, numberAttribute("concat", node.attributes, "axis"), "i32");
  const inputs = [...operands.map((operand) => full(scope, operand)), axis];
  const attributes = { ...typed(first.dtype), N: { integer: operands.length }, Tidx: { type: "i32" } } as const;
  return whole(scope.add("ConcatV2", inputs, attributes), node);
};

const reverse: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  const axes = vector(scope, [numberAttribute("reverse", node.attributes, "axis")]);
  return whole(scope.add("ReverseV2", [full(scope, x), axes], { ...typed(x.dtype), Tidx: { type: "i32" } }), node);
};

/** The k-th entries of all windows are a slice with steps; side by side along a new last axis they are the windows. */
const window: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  const { axis, stride, dilation } = windowGeometry("window", node.attributes);
  const size = node.shape.at(-1) as number;
  const count = node.shape[axis] as number;
  const sequence = full(scope, x);
  const columns = Array.from({ length: size }, (_, k) => {
    const starts = x.declared.map((_, other) => (other === axis ? k * dilation : 0));
    const ends = x.declared.map((length, other) => (other === axis ? k * dilation + (count - 1) * stride + 1 : length));
    const steps = x.declared.map((_, other) => (other === axis ? stride : 1));
    const bounds = [starts, ends, steps].map((values) => vector(scope, values));
    return scope.add("StridedSlice", [sequence, ...bounds], { ...typed(x.dtype), Index: { type: "i32" } });
  });
  const attributes = { ...typed(x.dtype), N: { integer: size }, axis: { integer: node.shape.length - 1 } } as const;
  return whole(scope.add("Pack", columns, attributes), node);
};

/** The k-th entries of all windows put back at their places, with zeros between them; the sum over k. */
const unwindow: Lowering = (node, operands, { scope }) => {
  const x = operandAt(operands, 0);
  const { axis, stride, dilation } = windowGeometry("unwindow", node.attributes);
  const windows = full(scope, x);
  const sizes = x.declared.slice(0, -1);
  const columns = Array.from({ length: x.declared.at(-1) as number }, (_, k) => {
    const starts = [...sizes.map(() => 0), k];
    const column = reshaped(scope, sliced(scope, windows, starts, [...sizes, 1], "f32"), sizes, "f32");
    return spread(scope, column, { sizes, axis, stride, start: k * dilation, length: node.shape[axis] as number });
  });
  if (columns.length === 1) return whole(columns[0] as Output, node);
  return whole(scope.add("AddN", columns, { ...typed("f32"), N: { integer: columns.length } }), node);
};

interface Spread {
  readonly sizes: readonly number[];
  readonly axis: number;
  readonly stride: number;
  readonly start: number;
  readonly length: number;
}

/** Entries `stride` apart along an axis, the first at `start`, zeros elsewhere, `length` in all. */
function spread(scope: Scope, column: Output, { sizes, axis, stride, start, length }: Spread): Output {
  const count = sizes[axis] as number;
  const [before, after] = [sizes.slice(0, axis), sizes.slice(axis + 1)];
  const covered = (count - 1) * stride + 1;
  const at = (value: number): number[] => sizes.map((_, other) => (other === axis ? value : 0));
  const gapped = (): Output => {
    const split = reshaped(scope, column, [...before, count, 1, ...after], "f32");
    const none = [...sizes, 1].map(() => 0);
    const gaps = none.map((_, other) => (other === axis + 1 ? stride - 1 : 0));
    const flat = reshaped(scope, padded(scope, split, none, gaps, 0, "f32"), [...before, count * stride, ...after], "f32");
    return sliced(scope, flat, at(0), [...before, covered, ...after], "f32");
  };
  return padded(scope, stride === 1 ? column : gapped(), at(start), at(length - start - covered), 0, "f32");
}

export const shape = {
  literal,
  iota,
  sum: reduction("Sum"),
  max: reduction("Max"),
  argmax,
  reshape,
  transpose,
  broadcast,
  slice,
  pad,
  concat,
  reverse,
  window,
  unwindow,
} satisfies Record<string, Lowering>;
