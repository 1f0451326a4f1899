// Cases around one operation: every operation's own samples, loops, and host functions written outside the closed set.
import { constantDim } from "../../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../../src/compiler/ir/builder.ts";
import type { SymbolicGraph } from "../../../src/compiler/ir/graph.ts";
import { operation, operations } from "../../../src/compiler/ops/index.ts";
import type { HostExtension, Operation, OperationSample } from "../../../src/compiler/ops/operation.ts";
import { leaf } from "../programs.ts";

export interface PrimitiveCase {
  readonly title: string;
  readonly operation: Operation;
  readonly sample: OperationSample;
}

/** A loop with two carries, one sequence of values and one of row numbers, and a constant table. */
function loopBody(): SymbolicGraph {
  const body = graphBuilder();
  const [state, level] = [leaf(body, "input", "carry.0", [2, 3]), leaf(body, "input", "carry.1", [3])];
  const row = body.add("gather", [leaf(body, "input", "const.0", [4, 3]), leaf(body, "input", "slice.1", [2], "i32")]);
  const next = body.add("tanh", [body.add("add", [body.add("multiply", [state, leaf(body, "input", "slice.0", [2, 3])]), row])]);
  const rise = body.add("add", [level, body.add("sum", [next], { axes: [0] })]);
  return body.finish({ "carry.0": next, "carry.1": rise, "out.0": body.add("multiply", [next, state]) });
}

/** Two carries that change places, a product in every step, and two stacked outputs. */
function swappingBody(): SymbolicGraph {
  const body = graphBuilder();
  const [state, other] = [leaf(body, "input", "carry.0", [2, 3]), leaf(body, "input", "carry.1", [2, 3])];
  const product = body.add("dot", [state, leaf(body, "input", "const.0", [3, 3])], { batch: [], contract: [[1, 0]] });
  const next = body.add("tanh", [body.add("add", [leaf(body, "input", "slice.0", [2, 3]), product])]);
  const outputs = { "out.0": next, "out.1": body.add("multiply", [next, state]) };
  return body.finish({ "carry.0": other, "carry.1": next, ...outputs });
}

const loops: readonly PrimitiveCase[] = [false, true].flatMap((reverse) => {
  const way = reverse ? "backward" : "forward";
  return [
    {
      title: `scan ${way}`,
      operation: operation("scan"),
      sample: {
        inputs: [
          { shape: [2, 3] },
          { shape: [3] },
          { shape: [5, 2, 3] },
          { shape: [5, 2], dtype: "i32", domain: "index", below: 4 },
          { shape: [4, 3] },
        ],
        attributes: { carries: 2, sequences: 2, constants: 1, outputs: 1, reverse },
        body: loopBody(),
      },
    },
    {
      title: `scan ${way} with carries that change places`,
      operation: operation("scan"),
      sample: {
        inputs: [{ shape: [2, 3] }, { shape: [2, 3] }, { shape: [5, 2, 3] }, { shape: [3, 3] }],
        attributes: { carries: 2, sequences: 1, constants: 1, outputs: 2, reverse },
        body: swappingBody(),
      },
    },
  ];
});

/** Host functions of tensors and of a number, with and without a way back. */
export const hostFunctions: Readonly<Record<string, HostExtension>> = {
  wavy: {
    forward: ([x, rate]) => Float64Array.from(x?.data ?? [], (value) => Math.sin(value * (rate?.data[0] ?? 0))),
    backward([x, rate], _result, gradient) {
      const slope = rate?.data[0] ?? 0;
      const values = Array.from(x?.data ?? []);
      const along = values.map((value, at) => Math.cos(value * slope) * (gradient.data[at] ?? 0));
      const total = along.reduce((sum, value, at) => sum + value * (values[at] ?? 0), 0);
      return [along.map((value) => value * slope), [total]];
    },
  },
  whole: { forward: ([x]) => Array.from(x?.data ?? [], Math.floor) },
};

const sizes = [3, 4].map(constantDim);
const extensions: readonly PrimitiveCase[] = [
  {
    title: "extension with a gradient",
    operation: operation("extension"),
    sample: { inputs: [{ shape: [3, 4] }, { shape: [] }], attributes: { name: "wavy", sizes, dtype: "f32" } },
  },
  {
    title: "extension without a gradient",
    operation: operation("extension"),
    sample: { inputs: [{ shape: [3, 4] }], attributes: { name: "whole", sizes, dtype: "f32" } },
  },
  {
    title: "extension of whole numbers",
    operation: operation("extension"),
    sample: {
      inputs: [{ shape: [3, 4], dtype: "i32", domain: "index", below: 5 }],
      attributes: { name: "whole", sizes, dtype: "i32" },
    },
  },
];

export const primitiveCases: readonly PrimitiveCase[] = [
  ...operations.flatMap((each) => each.samples.map((sample, at) => ({ title: `${each.name} ${at}`, operation: each, sample }))),
  ...loops,
  ...extensions,
];
