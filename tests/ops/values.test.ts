// Known values: each operation's definition on cases small enough to work out by hand (or from published tables).
import { expect, test } from "vitest";
import type { Dim } from "../../src/compiler/dims/dim.ts";
import type { Attributes } from "../../src/compiler/ir/graph.ts";
import { i32, type Nested, type Operand, run, toReference } from "./run.ts";

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
