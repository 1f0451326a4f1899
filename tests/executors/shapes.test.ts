// Random shapes on every executor, against the float64 interpreter: single operations, and training steps of specs with ragged
// lengths from 1 to all, batches of 1, modalities that no sample has, and sizes that are no multiples of anything.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostTensor, Results, Session } from "../../src/runtime/executors/executor.ts";
import { arbitraryCases } from "./conformance/arbitrary-samples.ts";
import { runs } from "./conformance/budget.ts";
import { distance, expectTraining, standardTolerance } from "./conformance/close.ts";
import { describeExecutors, openOracle } from "./conformance/executors.ts";
import { arbitraryBatch, type DrawnBatch, drawnStage } from "./conformance/shape-specs.ts";
import { type StageCase, type Training, trainSteps } from "./conformance/steps.ts";
import { sampleFeeds, samplePlan } from "./samples.ts";

/** By the batch drawn: the interpreter is asked once, however many executors there are. */
const oracleTrainings = new Map<string, { readonly stage: StageCase; readonly training: Promise<Training> }>();

function expectedOf(drawn: DrawnBatch) {
  const key = JSON.stringify(drawn);
  let known = oracleTrainings.get(key);
  if (known === undefined) {
    const stage = drawnStage(drawn);
    known = { stage, training: openOracle().then((session) => trainSteps(session, stage, steps)) };
    oracleTrainings.set(key, known);
  }
  return known;
}

const steps = 3;

describeExecutors(({ open }) => {
  let session: Session;
  let oracle: Session;
  beforeAll(async () => {
    session = await open();
    oracle = await openOracle();
  });
  afterAll(() => session.dispose());

  test("operations of any shape, values and gradients", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryCases, async ({ operation, sample }) => {
        const plan = samplePlan(operation, sample);
        const feeds = sampleFeeds(sample);
        const program = await session.load(plan);
        const actual = await program.run(feeds);
        program.dispose();
        expectNear(await (await oracle.load(plan)).run(feeds), actual, operation.tolerance ?? standardTolerance);
      }),
      { numRuns: runs(40), seed: 11 },
    );
  });

  test("training steps on batches of any shape", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryBatch, async (drawn) => {
        const { stage, training } = expectedOf(drawn);
        expectTraining(await training, await trainSteps(session, stage, steps));
      }),
      { numRuns: runs(10), seed: 3 },
    );
  });
});

/** Within a tolerance of the tensor's largest entry: sums of many terms are as exact as their largest ones. */
function expectNear(expected: Results, actual: Results, tolerance: number): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    expect([actual[name]?.dtype, actual[name]?.shape], name).toEqual([value.dtype, value.shape]);
    expect(distance(value, actual[name] as HostTensor), name).toBeLessThanOrEqual(tolerance);
  }
}
