// The library on every executor: each case close to the float64 interpreter, and unmoved by padding: to the bit for another
// filling where the executor has one order of sums; for longer padding as far as that order allows.
import { afterAll, beforeAll, test } from "vitest";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { HostTensor, Session } from "../../src/runtime/executors/executor.ts";
import { isFull } from "../executors/conformance/budget.ts";
import { describeExecutors } from "../executors/conformance/executors.ts";
import { titledCases } from "./cases/index.ts";
import { evaluate, expectNear, expectSame, hasOptional, type Run, zeros } from "./compare.ts";
import {
  type Batch,
  compileCase,
  makeBatch,
  makeSamples,
  makeWeights,
  type Probe,
  probeOf,
  type Reference,
  randomNumbers,
  weightSizes,
} from "./harness.ts";

const hostTensor = (value: Reference): HostTensor => ({
  dtype: value.dtype,
  shape: value.shape,
  data: value.dtype === "i32" ? Int32Array.from(value.data) : Float32Array.from(value.data),
});

/** Executors whose sums do not depend on what padding stands behind the terms. */
const sumsInOrder = ["tfjs-cpu"];

/** TensorFlow's threads add in the order in which they finish: the same feeds may give another last bit. */
const roundingOf = (name: string): number => (name === "tensorflow" ? 1e-6 : 0);

// One thread of wasm computes what two do, in the same order, and these cases are too small to wake a second one.
describeExecutors(
  ({ name, open }) => {
    let session: Session;
    beforeAll(async () => {
      session = await open();
    });
    afterAll(() => session.dispose());

    const execute = async ({ graph }: Probe, batches: readonly Batch[]): Promise<readonly Run[]> => {
      const program = await session.load(makePlan("case", graph, batches[0]?.sizes ?? {}));
      const names = new Set(program.plan.inputs.map((input) => input.name));
      const runs: Run[] = [];
      for (const { feeds } of batches) {
        const fed = Object.entries(feeds).filter(([input]) => names.has(input));
        const results = await program.run(Object.fromEntries(fed.map(([input, value]) => [input, hostTensor(value)])));
        runs.push(
          Object.fromEntries(
            Object.entries(results).map(([output, value]) => [output, { ...value, data: Float64Array.from(value.data) }]),
          ),
        );
      }
      program.dispose();
      return runs;
    };

    test.each(titledCases)("%s", async (_title, testCase) => {
      const probe = probeOf(compileCase(testCase));
      const weights = makeWeights(compileCase(testCase), weightSizes, 7);
      for (const [weight, value] of Object.entries(weights)) session.write(weight, hostTensor(value));
      const samples = makeSamples(testCase, hasOptional(testCase) ? "some" : "all", 17);
      const next = randomNumbers(37);
      const garbage = (): number => 20 * next() - 10;
      const tolerance = testCase.tolerance ?? 1e-5;

      const batch = makeBatch(testCase, samples, 5, zeros);
      const [plain, filled] = (await execute(probe, [batch, makeBatch(testCase, samples, 5, garbage)])) as [Run, Run];
      expectNear(plain, evaluate(probe, batch, weights), tolerance);
      expectSame(testCase, plain, filled, samples, weights, roundingOf(name));
      if (name === "tfjs-wasm" && !isFull) return;
      const [longer] = (await execute(probe, [makeBatch(testCase, samples, 9, garbage)])) as [Run];
      if (sumsInOrder.includes(name)) expectSame(testCase, plain, longer, samples, weights);
      else expectNear({ loss: longer.loss as Reference }, { loss: plain.loss as Reference }, tolerance);
    });
  },
  ({ name, slow }) => !slow && name !== "wasm, 1 thread",
);
