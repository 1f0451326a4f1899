// Every operation's samples on every tfjs backend that is always there, against the float64 definitions: values and gradients.
import { beforeAll, describe, expect, test } from "vitest";
import { operations } from "../../src/compiler/ops/index.ts";
import type { HostExtension, Operation } from "../../src/compiler/ops/operation.ts";
import type { HostTensor, Results, Session } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import { sampleFeeds, samplePlan } from "./samples.ts";

const cases = operations.flatMap((operation) =>
  operation.samples.map((sample, at) => ({ title: `${operation.name} ${at}`, operation, sample })),
);

const extensions: Readonly<Record<string, HostExtension>> = {};

describe.each(["cpu", "wasm"] as const)("tfjs %s", (backend) => {
  let session: Session;
  let oracle: Session;
  beforeAll(async () => {
    session = await (await tfjsExecutor(backend, { extensions })).open();
    oracle = await interpreterExecutor(extensions).open();
  });

  test.each(cases.map((item) => [item.title, item] as const))("%s", async (_, { operation, sample }) => {
    const plan = samplePlan(operation, sample);
    const feeds = sampleFeeds(sample);
    const before = session.liveTensors();
    const program = await session.load(plan);
    const actual = await program.run(feeds);
    program.dispose();
    expect(session.liveTensors(), "tensors left alive").toBe(before);
    expectClose(operation, await (await oracle.load(plan)).run(feeds), actual);
  });
});

function expectClose(operation: Operation, expected: Results, actual: Results): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    const found = actual[name] as HostTensor;
    expect([found.dtype, found.shape], name).toEqual([value.dtype, value.shape]);
    const tolerance = operation.tolerance ?? 1e-5;
    value.data.forEach((entry, at) => {
      const difference = Math.abs((found.data[at] ?? Number.NaN) - entry);
      const allowed = Number.isFinite(entry) ? tolerance * Math.max(1, Math.abs(entry)) : 0;
      const same = Object.is(found.data[at], entry);
      expect(same || difference <= allowed, `${name}[${at}]: ${found.data[at]} should be ${entry}`).toBe(true);
    });
  }
}
