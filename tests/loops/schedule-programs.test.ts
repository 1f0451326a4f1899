// Schedules compute what their programs compute: every primitive with its gradient, the standard library, whole training
// steps; with small chunks and every threshold at zero, so that even small programs are cut wherever they can be.
import { describe, expect, test } from "vitest";
import type { StaticGraph } from "../../src/compiler/ir/graph.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import { lower } from "../../src/compiler/loops/lower/index.ts";
import type { Schedule } from "../../src/compiler/loops/schedule.ts";
import { operation, operations } from "../../src/compiler/ops/index.ts";
import { isFull } from "../executors/conformance/budget.ts";
import { recurrentFeeds, recurrentProgram } from "../executors/programs.ts";
import { sampleFeeds, samplePlan } from "../executors/samples.ts";
import { titledCases } from "../std/cases/index.ts";
import { compileCase, makeBatch, makeSamples, makeWeights, probeOf, weightSizes } from "../std/harness.ts";
import { valuesOf } from "./agree.ts";
import { expectSchedules } from "./run-schedule.ts";
import { testTrainingSteps } from "./training-steps.ts";

type Arrays = Readonly<Record<string, { readonly data: ArrayLike<number> }>>;

const arrays = (values: Arrays) => Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, data]));

/** Schedules the graph's program as it would be, and cut as finely as it can be, in chunks of so many entries. */
function check(graph: StaticGraph, inputs: Arrays, variables: Arrays, entries: readonly number[]): readonly Schedule[] {
  const given = { inputs: arrays(inputs), variables: arrays(variables) };
  return expectSchedules(lower(graph, "test"), given, [{}, ...entries.map((each) => ({ finest: true, entries: each }))]);
}

const samples = operations
  .filter(({ name }) => name !== "extension")
  .flatMap((each) => each.samples.map((sample, at) => ({ title: `${each.name} ${at}`, name: each.name, sample })));

test.each(samples)("$title", ({ name, sample }) => {
  check(samplePlan(operation(name), sample).graph, sampleFeeds(sample), {}, [1, 2]);
});

test("a recurrent net with noise, AdamW and clipping", () => {
  const { graph } = recurrentProgram();
  check(graph, recurrentFeeds(3), valuesOf(graph, "variable"), [1, 2]);
});

describe("the standard library, forward and gradient", () => {
  test.each(titledCases)("%s", (_title, testCase) => {
    const model = compileCase(testCase);
    const batch = makeBatch(testCase, makeSamples(testCase, "some", 17), 5, () => 0.25);
    const { graph } = makePlan("case", probeOf(model).graph, batch.sizes);
    check(graph, batch.feeds, makeWeights(model, weightSizes, 7), isFull ? [1, 3] : [3]);
  });
});

testTrainingSteps((graph) => {
  const [, finest] = check(graph, valuesOf(graph, "input"), valuesOf(graph, "variable"), [1]);
  expect(finest?.segments.some(({ kind }) => kind === "chunked")).toBe(true);
});
