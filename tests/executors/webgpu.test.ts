// The webgpu executor on a GPU or on SwiftShader: every operation's samples, values and gradients, and whole training programs,
// against the float64 interpreter.
import { describe, expect, test } from "vitest";
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import { operations } from "../../src/compiler/ops/index.ts";
import type { HostTensor, Results } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { initialise, leaf, recurrentFeeds, recurrentProgram, tensor } from "./programs.ts";
import { sampleFeeds, samplePlan } from "./samples.ts";
import { openExecutor, unavailable } from "./webgpu-driver.ts";

const cases = operations.flatMap((each) =>
  each.samples.map((sample, at) => [`${each.name} ${at}`, each, sample] as const),
);

test.runIf(unavailable !== undefined)(`not run: ${unavailable}`, () => {
  expect(unavailable).toBeDefined();
});

describe.skipIf(unavailable !== undefined)("webgpu", () => {
  test.each(cases)("%s", async (_, tested, sample) => {
    const session = await (await openExecutor()).open();
    const plan = samplePlan(tested, sample);
    const feeds = sampleFeeds(sample);
    const program = await session.load(plan);
    const actual = await program.run(feeds);
    const oracle = await interpreterExecutor().open();
    expectClose(tested.tolerance ?? 1e-5, await (await oracle.load(plan)).run(feeds), actual);
    session.dispose();
    expect(session.liveTensors(), "buffers left alive").toBe(0);
  });
});

function expectClose(tolerance: number, expected: Results, actual: Results): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    const found = actual[name] as HostTensor;
    expect([found.dtype, found.shape], name).toEqual([value.dtype, value.shape]);
    value.data.forEach((entry, at) => {
      const difference = Math.abs((found.data[at] ?? Number.NaN) - entry);
      const allowed = Number.isFinite(entry) ? tolerance * Math.max(1, Math.abs(entry)) : 0;
      const same = Object.is(found.data[at], entry);
      expect(same || difference <= allowed, `${name}[${at}]: ${found.data[at]} should be ${entry}`).toBe(true);
    });
  }
}
