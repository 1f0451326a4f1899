// A training program with enough work that threads share it: two layers and plain descent.
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import type { Feeds } from "../../src/runtime/executors/executor.ts";
import { leaf, tensor } from "./programs.ts";
import { wave } from "./samples.ts";

const [batch, width, hidden] = [64, 48, 96];

/** Outputs `loss` and `inner`, the hidden values; variables `first` and `second`. */
export function networkPlan(): Plan {
  const builder = graphBuilder();
  const product = (left: number, right: number, contract: readonly [number, number]): number =>
    builder.add("dot", [left, right], { batch: [], contract: [contract] });
  const fill = (value: number, shape: readonly number[]): number =>
    builder.add("constant", [], { value, sizes: shape.map(constantDim), dtype: "f32" });
  const x = leaf(builder, "input", "x", [batch, width]);
  const [first, second] = [
    leaf(builder, "variable", "first", [width, hidden]),
    leaf(builder, "variable", "second", [hidden, width]),
  ];
  const inner = builder.add("tanh", [product(x, first, [1, 0])]);
  const error = builder.add("subtract", [product(inner, second, [1, 0]), x]);
  const loss = builder.add("sum", [builder.add("multiply", [error, error])], { axes: [0, 1] });
  const slope = builder.add("multiply", [error, fill(1e-4, [batch, width])]);
  const back = product(slope, second, [1, 1]);
  const bend = builder.add("subtract", [fill(1, [batch, hidden]), builder.add("multiply", [inner, inner])]);
  const steps = { first: product(x, builder.add("multiply", [back, bend]), [0, 0]), second: product(inner, slope, [0, 0]) };
  const assignments = [
    { variable: "first", value: builder.add("subtract", [first, steps.first]) },
    { variable: "second", value: builder.add("subtract", [second, steps.second]) },
  ];
  return makePlan("network", builder.finish({ loss, inner }, assignments), {});
}

export const networkFeeds = (step: number): Feeds => ({ x: tensor([batch, width], wave(batch * width, 0.1 * step + 0.3)) });
