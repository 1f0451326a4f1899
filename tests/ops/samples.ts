// Inputs for the operations' samples, and small static graphs around one operation, shared by the tests of ops and executors.
import { constantDim, type Dim } from "../../src/compiler/dims/dim.ts";
import { type GraphBuilder, graphBuilder } from "../../src/compiler/ir/builder.ts";
import { sequence } from "../../src/compiler/ir/random.ts";
import type { Operation, OperationSample, Reference, SampleInput } from "../../src/compiler/ops/operation.ts";

/** Values for one input of a sample; the same ones for the same name. Entries of `any` are at least 0.01 apart. */
export function sampleInput(input: SampleInput, name: string): Reference {
  const random = sequence(1, name);
  const count = input.shape.reduce((product, size) => product * size, 1);
  const ranks = random.shuffle(Array.from({ length: count }, (_, at) => at));
  const draw = (at: number): number => {
    switch (input.domain ?? "any") {
      case "positive":
        return 0.2 + 2.8 * random.uniform();
      case "unit":
        return -0.9 + 1.8 * random.uniform();
      case "index":
        return random.integer(input.below ?? 4);
      case "mask":
        return random.integer(2);
      case "any":
        // Distinct and away from 0, so that finite differences do not cross a kink.
        return ((ranks[at] as number) - count / 2 + 0.25 + 0.5 * random.uniform()) * Math.max(0.05, 3 / count);
    }
  };
  return { shape: input.shape, dtype: input.dtype ?? "f32", data: Float64Array.from({ length: count }, (_, at) => draw(at)) };
}

export interface SampleGraph {
  readonly builder: GraphBuilder;
  readonly inputs: readonly number[];
  readonly result: number;
  readonly feeds: Readonly<Record<string, Reference>>;
}

/** A graph of the operation alone, its inputs named `x0`, `x1`, … */
export function sampleGraph(operation: Operation, sample: OperationSample): SampleGraph {
  const builder = graphBuilder();
  const toDims = (shape: readonly number[]): Dim[] => shape.map(constantDim);
  const feeds: Record<string, Reference> = {};
  const inputs = sample.inputs.map((input, k) => {
    feeds[`x${k}`] = sampleInput(input, `${operation.name}/${k}`);
    return builder.add("input", [], { name: `x${k}`, sizes: toDims(input.shape), dtype: input.dtype ?? "f32" });
  });
  const result = builder.add(operation.name, inputs, sample.attributes, sample.body === undefined ? {} : { body: sample.body });
  return { builder, inputs, result, feeds };
}
