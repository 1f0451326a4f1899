// Known values: each operation's definition on cases small enough to work out by hand (or from published tables).
import { expect, test } from "vitest";
import { constantDim, type Dim } from "../../src/compiler/dims/dim.ts";
import { gradients } from "../../src/compiler/ir/autodiff.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Attributes, DType } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { type HostExtension, type Reference, ShapeError } from "../../src/compiler/ops/operation.ts";

type Nested = number | readonly Nested[];

function toReference(value: Nested, dtype: DType): Reference {
  const shape: number[] = [];
  for (let at: Nested | undefined = value; Array.isArray(at); at = (at as readonly Nested[])[0]) shape.push(at.length);
  const data = Float64Array.from(typeof value === "number" ? [value] : (value.flat(9) as number[]));
  return { shape, dtype, data };
}

/** Whole-number inputs are written as `i32(…)`. */
const i32 = (value: Nested) => ({ value, dtype: "i32" as const });
type Operand = Nested | { readonly value: Nested; readonly dtype: DType };

const operand = (given: Operand): Reference =>
  typeof given === "object" && "dtype" in given ? toReference(given.value, given.dtype) : toReference(given, "f32");

function run(op: string, operands: readonly Operand[], attributes: Attributes<Dim> = {}): Reference {
  const builder = graphBuilder();
  const feeds: Record<string, Reference> = {};
  const inputs = operands.map((given, k) => {
    const value = operand(given);
    feeds[`x${k}`] = value;
    return builder.add("input", [], { name: `x${k}`, sizes: value.shape.map(constantDim), dtype: value.dtype });
  });
  const y = builder.add(op, inputs, attributes);
  const result = interpret(specialise(builder.finish({ y }), {}), feeds, {}).outputs.y;
  if (result === undefined) throw new Error("the graph has an output y");
  return result;
}

const { E, PI, SQRT2, LN2 } = Math;
const inf = Number.POSITIVE_INFINITY;

test.each<[string, readonly Operand[], Nested, Attributes<Dim>?]>([
  ["negate", [[1, -2]], [-1, 2]],
  ["exp", [[0, 1, -inf]], [1, E, 0]],
  ["log", [[1, E, 0]], [0, 1, -inf]],
  ["log1p", [[0, 1, 1e-12]], [0, LN2, 1e-12]],
  ["sqrt", [[0, 2, 9]], [0, SQRT2, 3]],
  ["abs", [[-3, 0, 2]], [3, 0, 2]],
  ["sign", [[-3, 0, 2]], [-1, 0, 1]],
  ["tanh", [[0, inf, LN2]], [0, 1, 0.6]],
  ["sigmoid", [[0, 1000, -1000, Math.log(3)]], [0.5, 1, 0, 0.75]],
  // Abramowitz and Stegun, table 7.1, and Wolfram's values beyond it.
  [
    "erf",
    [[0, 0.5, 1, 2, -1, 3.5, 9]],
    [0, 0.5204998778130465, 0.8427007929497149, 0.9953222650189527, -0.8427007929497149, 0.9999992569016276, 1],
  ],
  ["sin", [[0, PI / 2, PI / 6]], [0, 1, 0.5]],
  ["cos", [[0, PI, PI / 3]], [1, -1, 0.5]],
  ["floor", [[1.5, -1.5, 2]], [1, -2, 2]],
  ["round", [[0.5, 1.5, 2.5, -0.5, -1.5, 1.4, -1.6]], [0, 2, 2, 0, -2, 1, -2]],
  ["cast", [[1.7, -1.7, 3]], [1, -1, 3], { dtype: "i32" }],
  [
    "add",
    [
      [1, 2],
      [10, 20],
    ],
    [11, 22],
  ],
  [
    "subtract",
    [
      [1, 2],
      [10, 20],
    ],
    [-9, -18],
  ],
  ["multiply", [i32([3, 2]), i32([10, 20])], [30, 40]],
  [
    "divide",
    [
      [1, 3, 1],
      [4, 2, 0],
    ],
    [0.25, 1.5, inf],
  ],
  [
    "power",
    [
      [2, 9, -2, 0],
      [10, 0.5, 3, 0],
    ],
    [1024, 3, -8, 1],
  ],
  [
    "maximum",
    [
      [1, 5],
      [2, 4],
    ],
    [2, 5],
  ],
  [
    "minimum",
    [
      [1, 5],
      [2, 4],
    ],
    [1, 4],
  ],
  ["equal", [i32([1, 2]), i32([1, 3])], [1, 0]],
  [
    "less",
    [
      [1, 2, 3],
      [2, 2, 2],
    ],
    [1, 0, 0],
  ],
  [
    "less_equal",
    [
      [1, 2, 3],
      [2, 2, 2],
    ],
    [1, 1, 0],
  ],
  [
    "select",
    [
      [1, 0, 1],
      [1, Number.NaN, 3],
      [7, 8, Number.NaN],
    ],
    [1, 8, 3],
  ],
  [
    "sum",
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [5, 7, 9],
    { axes: [0] },
  ],
  [
    "sum",
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    21,
    { axes: [1, 0] },
  ],
  [
    "max",
    [
      [
        [1, 7, 3],
        [4, 5, 6],
      ],
    ],
    [7, 6],
    { axes: [1] },
  ],
  [
    "argmax",
    [
      [
        [1, 7, 7],
        [4, 4, 3],
      ],
    ],
    [1, 0],
    { axis: 1 },
  ],
  [
    "reshape",
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { sizes: [3, 2] },
  ],
  [
    "transpose",
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
    { permutation: [1, 0] },
  ],
  [
    "broadcast",
    [[1, 2]],
    [
      [1, 1, 1],
      [2, 2, 2],
    ],
    { sizes: [2, 3], axes: [0] },
  ],
  [
    "broadcast",
    [[1, 2]],
    [
      [1, 2],
      [1, 2],
      [1, 2],
    ],
    { sizes: [3, 2], axes: [1] },
  ],
  [
    "slice",
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [[5, 6]],
    { starts: [1, 1], sizes: [1, 2] },
  ],
  ["pad", [[1, 2]], [-inf, 1, 2, -inf, -inf], { low: [1], high: [2], value: -inf }],
  [
    "concat",
    [
      [[1], [2]],
      [
        [3, 4],
        [5, 6],
      ],
    ],
    [
      [1, 3, 4],
      [2, 5, 6],
    ],
    { axis: 1 },
  ],
  [
    "reverse",
    [
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      [3, 2, 1],
      [6, 5, 4],
    ],
    { axis: 1 },
  ],
  [
    "window",
    [[1, 2, 3, 4, 5]],
    [
      [1, 3],
      [3, 5],
    ],
    { axis: 0, size: 2, stride: 2, dilation: 2 },
  ],
  [
    "unwindow",
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ],
    [1, 5, 9, 6],
    { axis: 0, size: 2, stride: 1, dilation: 1, length: 4 },
  ],
  [
    "dot",
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
    [
      [19, 22],
      [43, 50],
    ],
    { batch: [], contract: [[1, 0]] },
  ],
  [
    "dot",
    [
      [
        [1, 2],
        [3, 4],
      ],
      [
        [5, 6],
        [7, 8],
      ],
    ],
    [17, 53],
    { batch: [[0, 0]], contract: [[1, 1]] },
  ],
  [
    "gather",
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      i32([2, 0, 9, -4]),
    ],
    [
      [5, 6],
      [1, 2],
      [5, 6],
      [1, 2],
    ],
  ],
  ["scatter_add", [i32([1, 1, 0, 7]), [1, 2, 3, 4]], [3, 3, 4], { size: 3 }],
  ["scatter_set", [[1, 2, 3], i32([1, 0, 1]), [10, 20, 30]], [20, 30, 3]],
  [
    "iota",
    [],
    [
      [0, 0],
      [1, 1],
      [2, 2],
    ],
    { sizes: [3, 2], axis: 0, dtype: "i32" },
  ],
  ["constant", [], [7, 7], { value: 7, sizes: [2], dtype: "f32" }],
  [
    "literal",
    [],
    [
      [1, 2],
      [3, 4],
    ],
    { values: [1, 2, 3, 4], sizes: [2, 2], dtype: "f32" },
  ],
  ["stop", [[1, 2]], [1, 2]],
  ["gradient_scale", [[1, 2], -3], [1, 2]],
])("%s(%j) = %j %j", (op, operands, expected, attributes) => {
  const actual = run(op, operands, attributes);
  const wanted = toReference(expected, actual.dtype);
  expect(actual.shape).toEqual(wanted.shape);
  wanted.data.forEach((value, at) => {
    if (Number.isFinite(value)) expect(actual.data[at]).toBeCloseTo(value, 14);
    else expect(actual.data[at]).toBe(value);
  });
});

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
