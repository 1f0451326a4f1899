// Lowering keeps every value: each primitive's samples with gradients, loops, the standard library, and whole training steps,
// fused and run by the loops' float64 reference, against the interpreter of the graph.
import { describe, expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import { lower } from "../../src/compiler/loops/lower/index.ts";
import { operation, operations } from "../../src/compiler/ops/index.ts";
import type { OperationSample } from "../../src/compiler/ops/operation.ts";
import { leaf, recurrentFeeds, recurrentProgram } from "../executors/programs.ts";
import { sampleFeeds, samplePlan } from "../executors/samples.ts";
import { titledCases } from "../std/cases/index.ts";
import { compileCase, makeBatch, makeSamples, makeWeights, probeOf, weightSizes } from "../std/harness.ts";
import { expectAgreement, type Values, valuesOf } from "./agree.ts";
import { testTrainingSteps } from "./training-steps.ts";

const references = (feeds: ReturnType<typeof sampleFeeds>): Values =>
  Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, { ...value, data: Float64Array.from(value.data) }]));

const samples = operations
  .filter(({ name }) => name !== "extension")
  .flatMap((each) => each.samples.map((sample, at) => ({ title: `${each.name} ${at}`, name: each.name, sample })));

test.each(samples)("$title", ({ name, sample }) => {
  const { graph } = samplePlan(operation(name), sample);
  expectAgreement(graph, references(sampleFeeds(sample)), {});
});

test.each([false, true])("a scan with several carries, sequences and outputs, reverse %s", (reverse) => {
  const body = graphBuilder();
  const state = leaf(body, "input", "carry.0", [2, 3]);
  const other = leaf(body, "input", "carry.1", [2, 3]);
  const slice = leaf(body, "input", "slice.0", [2, 3]);
  const weight = leaf(body, "input", "const.0", [3, 3]);
  const next = body.add("tanh", [body.add("add", [slice, body.add("dot", [state, weight], { batch: [], contract: [[1, 0]] })])]);
  // Carries that change places: each must take the other's old value.
  const graph = body.finish({ "carry.0": other, "carry.1": next, "out.0": next, "out.1": body.add("multiply", [next, state]) });
  const sample: OperationSample = {
    inputs: [{ shape: [2, 3] }, { shape: [2, 3] }, { shape: [5, 2, 3] }, { shape: [3, 3] }],
    attributes: { carries: 2, sequences: 1, constants: 1, outputs: 2, reverse },
    body: graph,
  };
  expectAgreement(samplePlan(operation("scan"), sample).graph, references(sampleFeeds(sample)), {});
});

test("a recurrent net with noise, AdamW and clipping: updates in place", () => {
  const { graph } = recurrentProgram();
  const program = expectAgreement(graph, references(recurrentFeeds(3)), valuesOf(graph, "variable"));
  expect(program.copies).toEqual([]);
});

describe("the standard library, forward and gradient", () => {
  test.each(titledCases)("%s", (_title, testCase) => {
    const model = compileCase(testCase);
    const probe = probeOf(model);
    const batch = makeBatch(testCase, makeSamples(testCase, "some", 17), 5, () => 0.25);
    const { graph } = makePlan("case", probe.graph, batch.sizes);
    expectAgreement(graph, batch.feeds, makeWeights(model, weightSizes, 7));
  });
});

testTrainingSteps((graph) => {
  expectAgreement(graph, valuesOf(graph, "input"), valuesOf(graph, "variable"));
});

test("a layer norm is one kernel, and its gradient another", () => {
  const builder = graphBuilder();
  const [x, gain] = [leaf(builder, "input", "x", [8, 4]), leaf(builder, "variable", "gain", [4])];
  const rows = (value: number): number => builder.add("broadcast", [value], { sizes: builder.shape(x), axes: [0] });
  const mean = (value: number): number => rows(builder.add("sum", [value], { axes: [1] }));
  const centred = builder.add("subtract", [x, mean(x)]);
  const deviation = builder.add("sqrt", [mean(builder.add("multiply", [centred, centred]))]);
  const scaled = builder.add("multiply", [
    builder.add("divide", [centred, deviation]),
    builder.add("broadcast", [gain], { sizes: builder.shape(x), axes: [1] }),
  ]);
  const { graph } = makePlan("norm", builder.finish({ scaled }), {});
  expect(lower(graph, "norm").kernels.length).toBe(1);
});

test("padded rows of ragged values are left out, forward and backward", () => {
  const text = `mmx 1
use std.attention
dim T <= 50 ragged
data d {
  audio: f32[B, T, Fa]
  mood: target f32[B]
}
model R(clip: d) {
  h = clip.audio |> Linear(8) |> Block(heads: 2) |> mean(over: T)
  score = h |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mse(score, clip.mood)
}
train R on d { stage joint { epochs: 1, minimize: task, optimizer: sgd(lr: 0.1) } }
`;
  const { compiled } = checkSpec(memoryHost({ "ragged.mmx": text }), "ragged.mmx");
  const stage = compiled?.train?.stages[0];
  const { graph } = makePlan("step", (stage as NonNullable<typeof stage>).graph, { B: 4, T: 7, Fa: 3 });
  const lengths = { "clip#length.T": { shape: [4], dtype: "i32" as const, data: Float64Array.of(7, 1, 3, 2) } };
  const program = expectAgreement(graph, valuesOf(graph, "input", lengths), valuesOf(graph, "variable"));
  const ragged = program.kernels.filter((kernel) => "sizes" in kernel && kernel.sizes.includes(7));
  const skipping = ragged.filter((kernel) => "skip" in kernel && kernel.skip !== undefined);
  expect(skipping.length / ragged.length).toBeGreaterThan(0.7);
});
