// Every operation and every sample: the shape rule agrees with the definition, and the gradient rule with central
// differences in float64.
import { describe, expect, test } from "vitest";
import { differentiate } from "../../src/compiler/ir/autodiff.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { verify } from "../../src/compiler/ir/verify.ts";
import { operations } from "../../src/compiler/ops/index.ts";
import type { Operation, OperationSample, Reference } from "../../src/compiler/ops/operation.ts";
import { sampleGraph, sampleInput } from "./samples.ts";

/** Held by the executor, or tested elsewhere with bodies and host functions of their own. */
const withoutSamples = ["input", "variable", "extension", "scan", "part"];
/** Their definition is not the integral of their gradient rule: that is what they are for. */
const deliberate = ["stop", "gradient_scale"];

const cases = operations.flatMap((operation) =>
  operation.samples.map((sample, index) => ({ name: `${operation.name} #${index}`, operation, sample })),
);

test("all operations but the executor's own have samples and a doc", () => {
  for (const operation of operations) {
    expect(operation.doc.length).toBeGreaterThan(5);
    expect(operation.signature.length).toBeGreaterThan(5);
    expect(operation.samples.length > 0, operation.name).toBe(!withoutSamples.includes(operation.name));
  }
  expect(new Set(operations.map((operation) => operation.name)).size).toBe(operations.length);
});

describe.each(cases)("$name", ({ operation, sample }) => {
  test("its definition gives the shape that its rule says, with whole numbers for i32", () => {
    const { builder, result, feeds } = sampleGraph(operation, sample);
    const graph = specialise(builder.finish({ y: result }), {});
    expect(verify(graph)).toEqual([]);
    const y = interpret(graph, feeds, {}).outputs.y as Reference;
    expect(y.shape).toEqual(graph.nodes[result]?.shape);
    expect(y.dtype).toBe(graph.nodes[result]?.dtype);
    expect(y.data.length).toBe(y.shape.reduce((product, size) => product * size, 1));
    expect(y.data.some(Number.isNaN)).toBe(false);
    if (y.dtype === "i32") expect(y.data.every(Number.isInteger)).toBe(true);
  });

  if (!deliberate.includes(operation.name)) {
    test("its gradient agrees with finite differences", () => {
      for (const { analytic, numeric, input } of compareGradients(operation, sample)) {
        analytic.forEach((value, at) => {
          const expected = numeric[at] as number;
          expect(Math.abs(value - expected), `input ${input}, entry ${at}: ${value} against ${expected}`).toBeLessThan(
            1e-6 * (1 + Math.abs(expected)),
          );
        });
      }
    });
  }
});

/** For each f32 input the gradient of sum(w * y) by the op's rule and by central differences. */
function compareGradients(operation: Operation, sample: OperationSample) {
  const { builder, inputs, result, feeds } = sampleGraph(operation, sample);
  if (builder.dtype(result) === "i32") return [];
  const shape = (builder.nodes[result]?.shape ?? []).map((size) =>
    size.terms.length === 0 ? 0 : (size.terms[0]?.coefficient ?? 0),
  );
  const weights = sampleInput({ shape }, "weights");
  const seed = builder.add("input", [], { name: "w", sizes: builder.shape(result), dtype: "f32" });
  const found = differentiate(builder, [{ node: result, gradient: seed }], inputs);
  const outputs: Record<string, number> = { y: result };
  found.forEach((gradient, k) => {
    if (gradient !== undefined) outputs[`g${k}`] = gradient;
  });
  const graph = specialise(builder.finish(outputs), {});
  expect(verify(graph)).toEqual([]);
  const run = (changed: Readonly<Record<string, Reference>>) =>
    interpret(graph, { ...feeds, w: weights, ...changed }, {}).outputs;
  const analytic = run({});
  const forward = specialise(builder.finish({ y: result }), {});
  const objective = (changed: Readonly<Record<string, Reference>>): number => {
    const y = interpret(forward, { ...feeds, w: weights, ...changed }, {}).outputs.y as Reference;
    return y.data.reduce((total, value, at) => total + value * (weights.data[at] as number), 0);
  };
  return sample.inputs.flatMap((input, k) => {
    if ((input.dtype ?? "f32") === "i32" || input.domain === "mask") return [];
    const x = feeds[`x${k}`] as Reference;
    const step = 1e-5;
    const moved = (at: number, by: number): Readonly<Record<string, Reference>> => {
      const data = Float64Array.from(x.data);
      data[at] = (data[at] as number) + by;
      return { [`x${k}`]: { ...x, data } };
    };
    const numeric = Float64Array.from(x.data, (_, at) => (objective(moved(at, step)) - objective(moved(at, -step))) / (2 * step));
    return [{ input: k, analytic: analytic[`g${k}`]?.data ?? new Float64Array(x.data.length), numeric }];
  });
}
