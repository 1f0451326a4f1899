// What the shape rules refuse, and the host functions that stand outside the closed set.
import { expect, test } from "vitest";
import type { Dim } from "../../src/compiler/dims/dim.ts";
import { gradients } from "../../src/compiler/ir/autodiff.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Attributes } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { type HostExtension, ShapeError } from "../../src/compiler/ops/operation.ts";
import { i32, type Operand, run, toReference } from "./run.ts";

test.each<[string, readonly Operand[], RegExp, Attributes<Dim>?]>([
  [
    "add",
    [
      [1, 2],
      [1, 2, 3],
    ],
    /equal shapes, not f32\[2\] and f32\[3\]/,
  ],
  ["add", [[1, 2], i32([1, 2])], /one element type/],
  ["exp", [i32([1])], /needs f32/],
  ["exp", [[1], [2]], /takes 1 inputs, not 2/],
  ["sum", [[1, 2]], /has no axis 1/, { axes: [1] }],
  ["sum", [[[1]]], /named twice/, { axes: [0, 0] }],
  ["reshape", [[1, 2, 3]], /different numbers of entries/, { sizes: [2] }],
  ["transpose", [[[1, 2]]], /does not name every axis/, { permutation: [0] }],
  ["broadcast", [[1, 2]], /cannot be repeated to \[3\]/, { sizes: [3], axes: [0] }],
  ["broadcast", [[[1, 2]]], /does not place the axes/, { sizes: [2, 1], axes: [1, 0] }],
  ["slice", [[1, 2, 3]], /does not lie in f32\[3\]/, { starts: [2], sizes: [2] }],
  ["pad", [[1]], /one size from 0 up/, { low: [-1], high: [0], value: 0 }],
  ["concat", [[[1, 2]], [[1], [2]]], /cannot be joined along axis 1/, { axis: 1 }],
  ["window", [[1, 2]], /does not fit into 2/, { axis: 0, size: 3, stride: 1, dilation: 1 }],
  [
    "dot",
    [
      [1, 2],
      [1, 2, 3],
    ],
    /differ in size/,
    { batch: [], contract: [[0, 0]] },
  ],
  ["gather", [[1, 2], [0]], /needs i32/],
  ["scatter_set", [[1, 2], i32([0]), [[1]]], /are not rows of the table/],
  ["gradient_scale", [[1], [2]], /must be a scalar/],
  ["literal", [], /a literal of 3 entries has 2 numbers/, { values: [1, 2], sizes: [3], dtype: "f32" }],
  ["part", [[1]], /there is no part 0/, { index: 0 }],
  ["sum", [[1]], /attribute axes of sum must be a list/],
])("%s(%j) is refused: %s", (op, operands, message, attributes) => {
  expect(() => run(op, operands, attributes)).toThrow(ShapeError);
  expect(() => run(op, operands, attributes)).toThrow(message);
});

const cube: HostExtension = {
  forward: ([x]) => Array.from(x?.data ?? [], (value) => value ** 3),
  backward: ([x], _result, gradient) => [Array.from(x?.data ?? [], (value, at) => 3 * value * value * (gradient.data[at] ?? 0))],
};

test("an extension runs the registered host function, backward too", () => {
  const builder = graphBuilder();
  const x = builder.add("variable", [], { name: "x", sizes: [2], dtype: "f32" });
  const y = builder.add("extension", [x], { name: "cube", sizes: [2], dtype: "f32" });
  const loss = builder.add("sum", [y], { axes: [0] });
  const [gradient] = gradients(builder, loss, [x]);
  if (gradient === undefined) throw new Error("x has a gradient");
  const graph = specialise(builder.finish({ y, gradient }), {});
  const weights = { x: toReference([2, -3], "f32") };
  const { outputs } = interpret(graph, {}, weights, { extensions: { cube } });
  expect(outputs.y?.data).toEqual(Float64Array.of(8, -27));
  expect(outputs.gradient?.data).toEqual(Float64Array.of(12, 27));
  expect(() => interpret(graph, {}, weights)).toThrow(/no extension is registered as cube/);
  const short: HostExtension = { forward: () => [1] };
  expect(() => interpret(graph, {}, weights, { extensions: { cube: short } })).toThrow(/gave 1 numbers/);
});
