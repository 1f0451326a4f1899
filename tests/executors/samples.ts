// Cases for the conformance tests: a graph around one operation's sample, and values for its inputs.
import { constantDim, type Dim } from "../../src/compiler/dims/dim.ts";
import { gradients } from "../../src/compiler/ir/autodiff.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Attributes, StaticGraph } from "../../src/compiler/ir/graph.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import type { Operation, OperationSample, SampleInput } from "../../src/compiler/ops/operation.ts";
import type { Feeds, HostTensor } from "../../src/runtime/executors/executor.ts";

/** The sample's operation on inputs `0`, `1`, …; outputs `value` (or `part.K`), and `gradient.K` where one flows. */
export function samplePlan(operation: Operation, sample: OperationSample): Plan {
  const builder = graphBuilder();
  const inputs = sample.inputs.map(({ shape, dtype = "f32" }, at) =>
    builder.add("input", [], { name: String(at), sizes: shape.map(constantDim), dtype }),
  );
  const extra = sample.body === undefined ? {} : { body: sample.body };
  const node = builder.add(operation.name, inputs, (sample.attributes ?? {}) as unknown as Attributes<Dim>, extra);
  const outputs: Record<string, number> = {};
  if (sample.body === undefined) outputs.value = node;
  else
    for (const index of Object.keys(sample.body.outputs).keys())
      outputs[`part.${index}`] = builder.add("part", [node], { index });

  let total = builder.add("constant", [], { value: 0, sizes: [], dtype: "f32" });
  for (const value of Object.values(outputs)) {
    if (builder.dtype(value) !== "f32") continue;
    const shape = builder.shape(value);
    const axes = shape.map((_, axis) => axis);
    const length = shape.reduce((product, dim) => product * Number(dim.key), 1);
    const weights = builder.add("literal", [], { values: wave(length, 0.3), sizes: shape, dtype: "f32" });
    total = builder.add("add", [total, builder.add("sum", [builder.add("multiply", [value, weights])], { axes })]);
  }
  const differentiable = inputs.filter((input) => builder.dtype(input) === "f32");
  gradients(builder, total, differentiable).forEach((gradient, at) => {
    if (gradient !== undefined) outputs[`gradient.${at}`] = gradient;
  });
  return plainPlan(`${operation.name} sample`, specialise(builder.finish(outputs), {}));
}

/** A plan of a graph as it stands, with no pass run over it. */
export function plainPlan(name: string, graph: StaticGraph): Plan {
  const last = graph.nodes.map((_, index) => index);
  graph.nodes.forEach((node, index) => {
    for (const input of node.inputs) last[input] = index;
  });
  for (const node of [...Object.values(graph.outputs), ...graph.assignments.map(({ value }) => value)])
    last[node] = graph.nodes.length;
  const leaves = (op: string) =>
    graph.nodes
      .filter((node) => node.op === op)
      .map(({ attributes, shape, dtype }) => ({ name: String(attributes.name), shape, dtype, written: false }));
  return {
    version: 1,
    name,
    sizes: {},
    graph,
    inputs: leaves("input"),
    variables: leaves("variable"),
    lastUse: last,
    slots: last.map(() => -1),
    slotBytes: [],
    flops: 0,
    peakBytes: 0,
  };
}

export function sampleFeeds(sample: OperationSample): Feeds {
  return Object.fromEntries(sample.inputs.map((input, at) => [String(at), sampleTensor(input, at)]));
}

function sampleTensor({ shape, dtype = "f32", domain = "any", below = 2 }: SampleInput, phase: number): HostTensor {
  const length = shape.reduce((product, size) => product * size, 1);
  const unit = wave(length, 1 + phase);
  const values = unit.map((value) => {
    if (domain === "positive") return 1.6 + 1.4 * value;
    if (domain === "unit") return 0.9 * value;
    if (domain === "index") return Math.min(below - 1, Math.floor(((value + 1) / 2) * below));
    if (domain === "mask") return value > 0 ? 1 : 0;
    return 2 * value;
  });
  return { dtype, shape, data: dtype === "i32" ? Int32Array.from(values) : Float32Array.from(values) };
}

/** Values in -1 .. 1 that look irregular, are the same everywhere and, in practice, all different. */
export function wave(length: number, phase: number): number[] {
  return Array.from({ length }, (_, at) => Math.sin(phase + 1.7 * at * at + at));
}
