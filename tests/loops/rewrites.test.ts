// What lowering rewrites before it fuses: gradients of elementwise functions as one product, factors of rows out of their sums.
import { expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Kernel, KernelProgram } from "../../src/compiler/loops/kernel.ts";
import { leaf } from "../executors/programs.ts";
import { expectAgreement, valuesOf } from "./agree.ts";

/** A training step of a model, lowered and checked against the interpreter. */
function step(layers: string): KernelProgram {
  const text = `mmx 1
use std.attention
dim T = 6
data d {
  audio: f32[B, T, 4]
  mood: target f32[B]
}
model R(clip: d) {
  score = clip.audio |> Linear(8) |> ${layers} |> mean(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mse(score, clip.mood)
}
train R on d { stage joint { epochs: 1, minimize: task, optimizer: sgd(lr: 0.1) } }
`;
  const { compiled } = checkSpec(memoryHost({ "step.mmx": text }), "step.mmx");
  const stage = compiled?.train?.stages[0];
  const { graph } = makePlan("step", (stage as NonNullable<typeof stage>).graph, { B: 3 });
  return expectAgreement(graph, valuesOf(graph, "input"), valuesOf(graph, "variable"));
}

const applies = (kernel: Kernel, name: string): boolean =>
  "body" in kernel && kernel.body.some((each) => "op" in each && each.op === "apply" && each.name === name);
const stores = (kernel: Kernel | undefined): number => (kernel !== undefined && "stores" in kernel ? kernel.stores.length : 0);
const loads = (kernel: Kernel | undefined): number =>
  kernel?.kind === "nest" || kernel?.kind === "contraction" ? kernel.body.filter(({ op }) => op === "load").length : 0;

test("gelu keeps its result and its slope", () => {
  const { kernels } = step("Linear(16) |> gelu() |> Linear(8)");
  const forward = kernels.filter((kernel) => applies(kernel, "erf"));
  expect(forward.map(stores)).toEqual([2]);
  expect(forward.every((kernel) => applies(kernel, "exp"))).toBe(true);
});

test("softmax keeps its result alone, and its gradient reads that and the gradient", () => {
  const { kernels } = step("Attention(heads: 2)");
  const forward = kernels.filter((kernel) => applies(kernel, "exp"));
  expect(forward.map(stores)).toEqual([1]);
  const [probabilities] = forward.flatMap((kernel) =>
    "stores" in kernel ? kernel.stores.map(({ access }) => access.buffer) : [],
  );
  const backward = kernels.filter(
    (kernel) =>
      kernel.kind === "nest" &&
      !forward.includes(kernel) &&
      kernel.body.some((each) => each.op === "load" && each.access.buffer === probabilities),
  );
  expect(backward.map(loads)).toEqual([2]);
});

test("a sum over rows of what is divided and multiplied by the same along each row", () => {
  const builder = graphBuilder();
  const [x, s] = [leaf(builder, "input", "x", [5, 7]), leaf(builder, "input", "s", [5])];
  const rows = builder.add("broadcast", [s], { sizes: builder.shape(x), axes: [0] });
  const shifted = builder.add("add", [rows, builder.add("multiply", [rows, rows])]);
  const negated = builder.add("negate", [builder.add("divide", [builder.add("multiply", [x, rows]), rows])]);
  const columns = builder.add("sum", [builder.add("multiply", [x, rows])], { axes: [0] });
  const sum = builder.add("sum", [negated], { axes: [1] });
  const { graph } = makePlan("sums", builder.finish({ sum, columns, shifted }), {});
  const program = expectAgreement(graph, valuesOf(graph, "input"), {});
  const reducing = program.kernels.filter((kernel) => kernel.kind === "nest" && kernel.body.some(({ op }) => op === "reduce"));
  expect(reducing.length).toBe(1);
});
