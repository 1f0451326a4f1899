// The library on tfjs: each case close to the interpreter, and unmoved by padding as far as the backend's order of sums allows.
import { describe, test } from "vitest";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { HostTensor } from "../../src/runtime/executors/executor.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import { titledCases } from "./cases/index.ts";
import { evaluate, expectNear, expectSame, hasOptional, type Run, zeros } from "./compare.ts";
import {
  type Batch,
  compileCase,
  makeBatch,
  makeSamples,
  makeWeights,
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

describe.each(["cpu", "wasm"] as const)("on tfjs-%s", (backend) => {
  test.each(titledCases)("%s", async (_title, testCase) => {
    const model = compileCase(testCase);
    const probe = probeOf(model);
    const weights = makeWeights(model, weightSizes, 7);
    const samples = makeSamples(testCase, hasOptional(testCase) ? "some" : "all", 17);
    const session = await (await tfjsExecutor(backend)).open();
    try {
      for (const [name, value] of Object.entries(weights)) session.write(name, hostTensor(value));
      const execute = async (batch: Batch): Promise<Run> => {
        const program = await session.load(makePlan("case", probe.graph, batch.sizes));
        const names = new Set(program.plan.inputs.map((input) => input.name));
        const fed = Object.entries(batch.feeds).filter(([name]) => names.has(name));
        const results = await program.run(Object.fromEntries(fed.map(([name, value]) => [name, hostTensor(value)])));
        program.dispose();
        return Object.fromEntries(
          Object.entries(results).map(([name, value]) => [name, { ...value, data: Float64Array.from(value.data) }]),
        );
      };
      const next = randomNumbers(37);
      const garbage = (): number => 20 * next() - 10;
      const batch = makeBatch(testCase, samples, 5, zeros);
      const plain = await execute(batch);
      expectNear(plain, evaluate(probe, batch, weights), testCase.tolerance ?? 1e-5);
      expectSame(testCase, plain, await execute(makeBatch(testCase, samples, 5, garbage)), samples, weights);
      const longer = await execute(makeBatch(testCase, samples, 9, garbage));
      // The cpu backend sums in order, so zeros at the end leave every bit; wasm's matrix kernels sum in lanes.
      if (backend === "cpu") expectSame(testCase, plain, longer, samples, weights);
      else expectNear({ loss: longer.loss as Reference }, { loss: plain.loss as Reference }, testCase.tolerance ?? 1e-5);
    } finally {
      session.dispose();
    }
  });
});
