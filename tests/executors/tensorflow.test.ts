// The native TensorFlow executor against the float64 interpreter, compiled by XLA and as single operations. It needs the
// addon that `node scripts/native-backend.mjs` builds (or an installed tfjs-node).
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { SymbolicGraph } from "../../src/compiler/ir/graph.ts";
import { operation, operations } from "../../src/compiler/ops/index.ts";
import type { Operation, OperationSample } from "../../src/compiler/ops/operation.ts";
import type { HostTensor, Results, Session } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { bindingFile, tensorflowExecutor } from "../../src/runtime/executors/tensorflow/index.ts";
import { leaf } from "./programs.ts";
import { sampleFeeds, samplePlan } from "./samples.ts";

const file = bindingFile(["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"]);

/** A loop with two carries, one sequence of values and one of row numbers, and a constant table. */
function loopBody(): SymbolicGraph {
  const body = graphBuilder();
  const [state, level] = [leaf(body, "input", "carry.0", [2, 3]), leaf(body, "input", "carry.1", [3])];
  const row = body.add("gather", [leaf(body, "input", "const.0", [4, 3]), leaf(body, "input", "slice.1", [2], "i32")]);
  const next = body.add("tanh", [body.add("add", [body.add("multiply", [state, leaf(body, "input", "slice.0", [2, 3])]), row])]);
  const rise = body.add("add", [level, body.add("sum", [next], { axes: [0] })]);
  return body.finish({ "carry.0": next, "carry.1": rise, "out.0": body.add("multiply", [next, state]) });
}

const loops = [false, true].map((reverse) => ({
  title: `scan ${reverse ? "backward" : "forward"}`,
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
  } satisfies OperationSample,
}));

const cases = [
  ...operations.flatMap((each) => each.samples.map((sample, at) => ({ title: `${each.name} ${at}`, operation: each, sample }))),
  ...loops,
];

describe.skipIf(file === undefined).each([true, false])("tensorflow, compiled: %s", (compile) => {
  let session: Session;
  let oracle: Session;
  beforeAll(async () => {
    session = await tensorflowExecutor(file as string, { compile }).open();
    oracle = await interpreterExecutor().open();
  });
  afterAll(() => session.dispose());

  test.each(cases.map((item) => [item.title, item] as const))("%s", async (_, { operation: tested, sample }) => {
    const plan = samplePlan(tested, sample);
    const feeds = sampleFeeds(sample);
    const before = session.liveTensors();
    const program = await session.load(plan);
    const actual = await program.run(feeds);
    program.dispose();
    expect(session.liveTensors(), "tensors left alive").toBe(before);
    expectClose(tested, await (await oracle.load(plan)).run(feeds), actual);
  });
});

function expectClose(tested: Operation, expected: Results, actual: Results): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    const found = actual[name] as HostTensor;
    expect([found.dtype, found.shape], name).toEqual([value.dtype, value.shape]);
    const tolerance = tested.tolerance ?? 1e-5;
    value.data.forEach((entry, at) => {
      const difference = Math.abs((found.data[at] ?? Number.NaN) - entry);
      const allowed = Number.isFinite(entry) ? tolerance * Math.max(1, Math.abs(entry)) : 0;
      const same = Object.is(found.data[at], entry);
      expect(same || difference <= allowed, `${name}[${at}]: ${found.data[at]} should be ${entry}`).toBe(true);
    });
  }
}
