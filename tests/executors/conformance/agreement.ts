// What every executor owes for every primitive: the oracle's results within the operation's tolerance, and no tensor left behind.
import { expect, test } from "vitest";
import type { Session } from "../../../src/runtime/executors/executor.ts";
import { sampleFeeds, samplePlan } from "../samples.ts";
import { expectResults } from "./close.ts";
import { primitiveCases } from "./primitives.ts";

/** A test for each primitive's case; `sessions` gives those open while the tests run. */
export function testPrimitives(sessions: () => { readonly session: Session; readonly oracle: Session }): void {
  test.each(primitiveCases.map((item) => [item.title, item] as const))("%s", async (_, { operation, sample }) => {
    const { session, oracle } = sessions();
    const plan = samplePlan(operation, sample);
    const feeds = sampleFeeds(sample);
    const before = session.liveTensors();
    const program = await session.load(plan);
    const actual = await program.run(feeds);
    program.dispose();
    expect(session.liveTensors(), "tensors left alive").toBe(before);
    expectResults(await (await oracle.load(plan)).run(feeds), actual, operation.tolerance);
  });
}
