// Batches large enough that threads share the work: every output and every variable has the same bits for 1, 2 and 3 threads, and
// is what the float64 interpreter says.
import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { sharedWork } from "../../src/compiler/emit/wasm/program-work.ts";
import { lower } from "../../src/compiler/loops/lower/index.ts";
import { schedule } from "../../src/compiler/loops/schedule/index.ts";
import type { Session } from "../../src/runtime/executors/executor.ts";
import { wasmExecutor } from "../../src/runtime/executors/wasm/index.ts";
import { runs } from "./conformance/budget.ts";
import { expectSameBits, expectTraining } from "./conformance/close.ts";
import { openOracle } from "./conformance/executors.ts";
import { type DrawnBatch, drawnStage, shapeSpecs } from "./conformance/shape-specs.ts";
import { trainSteps } from "./conformance/steps.ts";

/** Nanoseconds of work, by the emitter's estimate, from which a session wakes its threads. */
const worthSharing = 60_000;
const steps = 2;

let sessions: readonly Session[];
beforeAll(async () => {
  sessions = await Promise.all([1, 2, 3].map((threads) => wasmExecutor({ threads }).open()));
});
afterAll(() => {
  for (const session of sessions) session.dispose();
});

const size = fc.constantFrom(13, 16, 19, 24);
const largeBatch = (spec: string): fc.Arbitrary<DrawnBatch> =>
  fc.record({
    spec: fc.constant(spec),
    width: fc.constantFrom([16, 4] as const, [15, 3] as const),
    sizes: fc.tuple(size, size, size, fc.constantFrom(9, 16, 21), fc.constantFrom(1, 12), fc.constantFrom(7, 16)),
    lengths: fc.array(fc.nat(23), { minLength: 24, maxLength: 24 }),
    absent: fc.constantFrom("some", "none"),
  });

test.each(shapeSpecs)("%s", async (spec) => {
  await fc.assert(
    fc.asyncProperty(largeBatch(spec), async (drawn) => {
      const stage = drawnStage(drawn);
      const { segments } = schedule(lower(stage.plan.graph, "large"));
      // Too many batches that one thread does alone fail the test.
      fc.pre(sharedWork(segments) > worthSharing);
      const [alone, ...others] = await Promise.all(sessions.map((session) => trainSteps(session, stage, steps)));
      for (const other of others) {
        alone?.steps.forEach((outputs, step) => {
          expectSameBits(outputs, other.steps[step] ?? {});
        });
        expectSameBits(alone?.variables ?? {}, other.variables);
      }
      if (alone !== undefined) expectTraining(await trainSteps(await openOracle(), stage, steps), alone);
    }),
    { numRuns: runs(1), seed: 7 },
  );
});
