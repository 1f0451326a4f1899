// Every operation's samples, loops and host functions on every executor, against the float64 definitions: values and gradients,
// each within its operation's own tolerance.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Session } from "../../src/runtime/executors/executor.ts";
import { expectResults } from "./conformance/close.ts";
import { describeExecutors, openOracle } from "./conformance/executors.ts";
import { hostFunctions, primitiveCases } from "./conformance/primitives.ts";
import { sampleFeeds, samplePlan } from "./samples.ts";

describeExecutors(
  (candidate) => {
    let session: Session;
    let oracle: Session;
    beforeAll(async () => {
      session = await candidate.open(hostFunctions);
      oracle = await openOracle(hostFunctions);
    });
    afterAll(() => session.dispose());

    test.each(primitiveCases.map((item) => [item.title, item] as const))("%s", async (_, { operation, sample }) => {
      const plan = samplePlan(operation, sample);
      const feeds = sampleFeeds(sample);
      const before = session.liveTensors();
      const program = await session.load(plan);
      const actual = await program.run(feeds);
      program.dispose();
      expect(session.liveTensors(), "tensors left alive").toBe(before);
      expectResults(await (await oracle.load(plan)).run(feeds), actual, operation.tolerance);
    });
  },
  () => true,
);
