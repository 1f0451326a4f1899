// Values and shapes at the edges, on every executor: numbers that are none, ties, tiny values, many
// axes, data shared between shapes.
import { afterAll, beforeAll, expect, test } from "vitest";
import { constantDim, type Dim } from "../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Attributes } from "../../src/compiler/ir/graph.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import type { HostTensor, Session } from "../../src/runtime/executors/executor.ts";
import { describeExecutors, openOracle } from "./conformance/executors.ts";
import { leaf, tensor } from "./programs.ts";
import { plainPlan, wave } from "./samples.ts";

const numbers = [
  0,
  1,
  -1,
  0.5,
  -0.5,
  1.5,
  2.5,
  -2.5,
  1e-6,
  -1e-6,
  88,
  -88,
  200,
  -200,
  1e10,
  -1e10,
  1e-30,
  1e30,
  Infinity,
  -Infinity,
  NaN,
];
const pairs = numbers.flatMap((a) => numbers.map((b) => [a, b] as const));
const firsts = tensor(
  [pairs.length],
  pairs.map(([a]) => a),
);
const seconds = tensor(
  [pairs.length],
  pairs.map(([, b]) => b),
);
const many = tensor([2000], wave(2000, 0.2));
const unary = ["negate", "exp", "log", "log1p", "sqrt", "abs", "sign", "tanh", "sigmoid", "erf", "floor", "round"];
const binary = ["add", "subtract", "multiply", "divide", "maximum", "minimum", "equal", "less", "less_equal"];
const six = [2, 3, 2, 2, 3, 2];
const sixth = tensor(six, wave(144, 1));

interface Edge {
  readonly op: string;
  readonly inputs: readonly HostTensor[];
  readonly attributes?: Attributes<Dim>;
}
const edges: Readonly<Record<string, Edge>> = {
  ...Object.fromEntries(unary.map((op) => [`${op} of special values`, { op, inputs: [tensor([numbers.length], numbers)] }])),
  ...Object.fromEntries(binary.map((op) => [`${op} of special values`, { op, inputs: [firsts, seconds] }])),
  "sin of many turns": {
    op: "sin",
    inputs: [
      tensor(
        [2000],
        [...many.data].map((x) => 1000 * x),
      ),
    ],
  },
  "cos of many turns": {
    op: "cos",
    inputs: [
      tensor(
        [2000],
        [...many.data].map((x) => 1000 * x),
      ),
    ],
  },
  "sum with an infinity": {
    op: "sum",
    inputs: [tensor([2, 3], [1, Infinity, 2, Infinity, -Infinity, 3])],
    attributes: { axes: [1] },
  },
  "sum of many": {
    op: "sum",
    inputs: [
      tensor(
        [200_000],
        wave(200_000, 1).map((x) => x + 1),
      ),
    ],
    attributes: { axes: [0] },
  },
  "sum over outer axes": { op: "sum", inputs: [tensor([7, 33, 5], wave(1155, 1))], attributes: { axes: [0, 1] } },
  "max with no number": {
    op: "max",
    inputs: [tensor([2, 3], [1, NaN, 2, -Infinity, -Infinity, -Infinity])],
    attributes: { axes: [1] },
  },
  "argmax takes the first of equals": {
    op: "argmax",
    inputs: [tensor([2, 4], [1, 3, 3, 2, 5, 5, 5, 5])],
    attributes: { axis: 1 },
  },
  "select ignores what is not chosen": {
    op: "select",
    inputs: [tensor([3], [0, 1, 0]), tensor([3], [NaN, 1, Infinity]), tensor([3], [3, NaN, 4])],
  },
  "cast cuts towards zero": { op: "cast", inputs: [tensor([5], [1.9, -1.9, 0.5, -0.5, 1e6])], attributes: { dtype: "i32" } },
  "transpose of six axes": { op: "transpose", inputs: [sixth], attributes: { permutation: [5, 3, 1, 0, 2, 4] } },
  "slice of six axes": {
    op: "slice",
    inputs: [sixth],
    attributes: { starts: [0, 1, 0, 1, 1, 0], sizes: [2, 2, 1, 1, 2, 2].map(constantDim) },
  },
  "reverse of six axes": { op: "reverse", inputs: [sixth], attributes: { axis: 4 } },
  "sum of six axes": { op: "sum", inputs: [sixth], attributes: { axes: [1, 4] } },
  "broadcast to six axes": {
    op: "broadcast",
    inputs: [tensor([2, 3, 2], wave(12, 1))],
    attributes: { sizes: [4, 2, 2, 3, 2, 2].map(constantDim), axes: [1, 3, 5] },
  },
  "gather outside of the table": { op: "gather", inputs: [tensor([3, 2], wave(6, 1)), tensor([4], [-5, 7, 1, 2], "i32")] },
  "scatter_add outside of the table": {
    op: "scatter_add",
    inputs: [tensor([4], [-5, 7, 1, 1], "i32"), tensor([4, 2], wave(8, 1))],
    attributes: { size: constantDim(3) },
  },
  "scatter_set of one row twice": {
    op: "scatter_set",
    inputs: [tensor([4, 2], wave(8, 1)), tensor([4], [1, 3, 1, 0], "i32"), tensor([4, 2], wave(8, 3))],
  },
  "dot of odd sizes": {
    op: "dot",
    inputs: [tensor([5, 37, 41], wave(7585, 1)), tensor([5, 41, 29], wave(5945, 2))],
    attributes: { batch: [[0, 0]], contract: [[2, 1]] },
  },
};

describeExecutors(
  ({ open }) => {
    let session: Session;
    let oracle: Session;
    beforeAll(async () => {
      session = await open();
      oracle = await openOracle();
    });
    afterAll(() => session.dispose());
    const compare = async (
      builder: ReturnType<typeof graphBuilder>,
      results: Readonly<Record<string, number>>,
      inputs: readonly HostTensor[],
    ) => {
      const plan = plainPlan("edge", specialise(builder.finish(results), {}));
      const feeds = Object.fromEntries(inputs.map((value, at) => [String(at), value]));
      const expected = await (await oracle.load(plan)).run(feeds);
      const actual = await (await session.load(plan)).run(feeds);
      for (const [name, { data }] of Object.entries(expected)) {
        data.forEach((value, at) => {
          expectSame(actual[name]?.data[at], Math.fround(value), `${name}[${at}]`);
        });
      }
    };

    test.each(Object.keys(edges))("%s", async (title) => {
      const { op, inputs, attributes } = edges[title] as Edge;
      const builder = graphBuilder();
      const nodes = inputs.map(({ shape, dtype }, at) => leaf(builder, "input", String(at), shape, dtype));
      await compare(builder, { value: builder.add(op, nodes, attributes ?? {}) }, inputs);
    });

    test("broadcasts read by arithmetic, both of its inputs, other operations and results", async () => {
      const builder = graphBuilder();
      const sizes = [4, 3].map(constantDim);
      const [a, b, c] = [leaf(builder, "input", "0", [4]), leaf(builder, "input", "1", [3]), leaf(builder, "input", "2", [4, 3])];
      const [rows, columns] = [
        builder.add("broadcast", [a], { sizes, axes: [0] }),
        builder.add("broadcast", [b], { sizes, axes: [1] }),
      ];
      const outer = builder.add("subtract", [rows, columns]);
      const square = builder.add("multiply", [columns, columns]);
      const plain = builder.add("divide", [c, builder.add("broadcast", [a], { sizes, axes: [0] })]);
      const shown = builder.add("broadcast", [b], { sizes, axes: [1] });
      const summed = builder.add("sum", [builder.add("add", [outer, shown])], { axes: [0] });
      const mixed = builder.add("broadcast", [b], { sizes, axes: [1] });
      const root = builder.add("add", [builder.add("tanh", [mixed]), builder.add("maximum", [mixed, c])]);
      const results = { outer, square, plain, shown, summed, root };
      await compare(builder, results, [tensor([4], wave(4, 1)), tensor([3], wave(3, 2)), tensor([4, 3], wave(12, 3))]);
    });

    test("a matrix and its reshapes in products of several shapes", async () => {
      const builder = graphBuilder();
      const product = (left: number, right: number): number =>
        builder.add("dot", [left, right], { batch: [], contract: [[1, 0]] });
      const sized = (node: number, sizes: number[]): number => builder.add("reshape", [node], { sizes: sizes.map(constantDim) });
      const [x, w] = [leaf(builder, "input", "0", [4, 6]), leaf(builder, "input", "1", [6, 1])];
      const head = product(x, w);
      const back = product(head, builder.add("transpose", [w], { permutation: [1, 0] }));
      const other = product(sized(x, [12, 2]), sized(w, [2, 3]));
      const again = product(sized(x, [8, 3]), sized(w, [3, 2]));
      await compare(builder, { head, back, other, again }, [tensor([4, 6], wave(24, 1)), tensor([6, 1], wave(6, 2))]);
    });
  },
  () => true,
);

function expectSame(actual: number | undefined, expected: number, place: string): void {
  if (!Number.isFinite(expected)) {
    expect(actual, place).toBe(expected);
    return;
  }
  const allowed = 1e-5 * Math.max(1, Math.abs(expected)) + 1e-38;
  expect(Math.abs((actual ?? Number.NaN) - expected), `${place}: ${actual} should be ${expected}`).toBeLessThanOrEqual(allowed);
}
