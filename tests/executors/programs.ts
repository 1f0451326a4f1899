// Whole small programs for the executor tests.
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { type GraphBuilder, graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import { buildUpdate, type TrainedWeight } from "../../src/compiler/train/training-graph.ts";
import type { Feeds, HostTensor, Session } from "../../src/runtime/executors/executor.ts";
import { wave } from "./samples.ts";

export const tensor = (shape: readonly number[], data: readonly number[], dtype: "f32" | "i32" = "f32"): HostTensor => ({
  dtype,
  shape,
  data: dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data),
});

export const leaf = (
  builder: GraphBuilder,
  op: "input" | "variable",
  name: string,
  shape: readonly number[],
  dtype: "f32" | "i32" = "f32",
): number => builder.add(op, [], { name, sizes: shape.map(constantDim), dtype });

const [time, batch, width, hidden] = [5, 3, 4, 6];
const shapes: Readonly<Record<string, readonly number[]>> = { in: [width, hidden], recurrent: [hidden, hidden] };

/** A recurrent net over a sequence with input noise, trained by AdamW with clipping: scan, random numbers, slots. */
export function recurrentProgram(): Plan {
  const builder = graphBuilder();
  const sequence = leaf(builder, "input", "sequence", [time, batch, width]);
  const noise = builder.add("random", [leaf(builder, "input", "#seed", [], "i32"), leaf(builder, "input", "#step", [], "i32")], {
    distribution: "normal",
    key: 17,
    sizes: [time, batch, width].map(constantDim),
    strides: [0, width, 1],
  });
  const weights = Object.entries(shapes).map(
    ([name, shape]): TrainedWeight => ({
      name,
      node: leaf(builder, "variable", name, shape),
      shape: shape.map(constantDim),
      settings: { name: "adamw", lr: 0.01 },
    }),
  );
  const start = builder.add("constant", [], { value: 0, sizes: [batch, hidden].map(constantDim), dtype: "f32" });
  const loop = builder.add(
    "scan",
    [start, builder.add("add", [sequence, noise]), ...weights.map(({ node }) => node)],
    { carries: 1, sequences: 1, constants: 2, outputs: 1, reverse: false },
    { body: recurrentBody() },
  );
  const states = builder.add("part", [loop], { index: 1 });
  const total = builder.add("sum", [builder.add("multiply", [states, states])], { axes: [0, 1, 2] });
  const update = buildUpdate(builder, {
    total,
    weights,
    clip: { kind: "norm", limit: 1 },
    stage: "fit",
    rate: leaf(builder, "input", "#rate", []),
    update: leaf(builder, "input", "#update", []),
  });
  const last = builder.add("part", [loop], { index: 0 });
  return makePlan("recurrent", builder.finish({ total, last, gradient_norm: update.gradientNorm }, update.assignments), {});
}

function recurrentBody() {
  const body = graphBuilder();
  const product = (left: number, right: number): number => body.add("dot", [left, right], { batch: [], contract: [[1, 0]] });
  const carry = leaf(body, "input", "carry.0", [batch, hidden]);
  const slice = leaf(body, "input", "slice.0", [batch, width]);
  const [into, recurrent] = [leaf(body, "input", "const.0", [width, hidden]), leaf(body, "input", "const.1", [hidden, hidden])];
  const next = body.add("tanh", [body.add("add", [product(slice, into), product(carry, recurrent)])]);
  return body.finish({ "carry.0": next, "out.0": next });
}

/** Writes the first value of every variable of a plan: waves for weights, zeros for the optimiser's slots. */
export function initialise(session: Session, plan: Plan): void {
  for (const { name, shape } of plan.variables) {
    const length = shape.reduce((product, size) => product * size, 1);
    session.write(name, tensor(shape, name.includes(":") ? new Array<number>(length).fill(0) : wave(length, 0.5)));
  }
}

export function recurrentFeeds(step: number): Feeds {
  return {
    sequence: tensor([time, batch, width], wave(time * batch * width, 0.1 * step)),
    "#seed": tensor([], [7], "i32"),
    "#step": tensor([], [step], "i32"),
    "#rate": tensor([], [1]),
    "#update": tensor([], [step + 1]),
  };
}
