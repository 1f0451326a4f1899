// Every operation's samples, loops and host functions on every executor, against the float64 definitions: values and gradients,
// each within its operation's own tolerance.
import { afterAll, beforeAll } from "vitest";
import type { Session } from "../../src/runtime/executors/executor.ts";
import { testPrimitives } from "./conformance/agreement.ts";
import { describeExecutors, openOracle } from "./conformance/executors.ts";
import { hostFunctions } from "./conformance/primitives.ts";

describeExecutors(
  (candidate) => {
    let session: Session;
    let oracle: Session;
    beforeAll(async () => {
      session = await candidate.open(hostFunctions);
      oracle = await openOracle(hostFunctions);
    });
    afterAll(() => session.dispose());

    testPrimitives(() => ({ session, oracle }));
  },
  () => true,
);
