// The papers' training steps on every executor: ten steps of each stage from the same first values, every output and all variables
// against the float64 interpreter; on wasm the same bits for one thread and for two.
import { describe, expect, test } from "vitest";
import { isFull } from "./conformance/budget.ts";
import { expectSameBits, expectTraining } from "./conformance/close.ts";
import { type Candidate, candidates, describeExecutors, isDefault, openOracle } from "./conformance/executors.ts";
import { papers } from "./conformance/papers.ts";
import { paperStages, type StageCase, type Training, trainSteps } from "./conformance/steps.ts";

const count = 10;

const tried = papers.filter(({ large }) => isFull || large !== true);

describe.each(tried.map((paper) => [paper.path, paper] as const))("%s", (_path, paper) => {
  const done = new Map<string, Promise<readonly Training[]>>();
  let compiled: readonly StageCase[] | undefined;
  const stages = (): readonly StageCase[] => {
    compiled ??= paperStages(paper);
    return compiled;
  };
  /** Every stage trained once by each executor, however many tests ask for it. */
  const trained = (name: string, open: Candidate["open"]): Promise<readonly Training[]> => {
    const known = done.get(name) ?? trainAll(stages(), open);
    done.set(name, known);
    return known;
  };
  describeExecutors((candidate) => {
    test(`${count} steps of every stage`, async () => {
      const [expected, actual] = [await trained("interpreter", openOracle), await trained(candidate.name, candidate.open)];
      expect(actual.length).toBeGreaterThan(0);
      for (const [at, training] of actual.entries()) expectTraining(expected[at] as Training, training);
    });

    if (isDefault(candidate))
      test("the same bits as with one thread", async () => {
        const alone = candidates.find(({ name }) => name === "wasm, 1 thread") as Candidate;
        const [expected, actual] = [await trained(alone.name, alone.open), await trained(candidate.name, candidate.open)];
        for (const [at, { steps, variables }] of expected.entries()) {
          for (const [step, outputs] of steps.entries()) expectSameBits(outputs, actual[at]?.steps[step] ?? {});
          expectSameBits(variables, actual[at]?.variables ?? {});
        }
      });
  });
});

async function trainAll(stages: readonly StageCase[], open: Candidate["open"]): Promise<readonly Training[]> {
  const trainings: Training[] = [];
  for (const stage of stages) {
    const session = await open();
    try {
      trainings.push(await trainSteps(session, stage, count));
    } finally {
      session.dispose();
    }
  }
  return trainings;
}
