// Weights of scans laid out in panels: the same numbers, through schedules and in WebAssembly, and a copy only where it pays.
import { expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import { evaluateProgram } from "../../src/compiler/loops/evaluate.ts";
import type { KernelProgram } from "../../src/compiler/loops/kernel.ts";
import { lower } from "../../src/compiler/loops/lower/index.ts";
import { withPanels } from "../../src/compiler/loops/panels.ts";
import type { HostTensor } from "../../src/runtime/executors/executor.ts";
import { wasmExecutor } from "../../src/runtime/executors/wasm/index.ts";
import { valuesOf } from "./agree.ts";
import { expectSchedules } from "./run-schedule.ts";

const batch = 4;

/** A training step of a recurrent model of this width; samples have lengths of their own. */
function recurrentStep(module: string, width: number): Plan {
  const text = `mmx 1
use std.recurrent
dim T <= 5 ragged
data d {
  audio: f32[B, T, 6]
  mood: target f32[B]
}
model R(clip: d) {
  score = clip.audio |> ${module}(${width}) |> ${module}(${width}, backward: true) |> last(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mse(score, clip.mood)
}
train R on d { stage joint { epochs: 1, minimize: task, optimizer: sgd(lr: 0.1) } }
`;
  const { compiled, diagnostics } = checkSpec(memoryHost({ "step.mmx": text }), "step.mmx");
  const stage = compiled?.train?.stages[0];
  if (stage === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return makePlan("step", stage.graph, { B: batch, T: 5 });
}

const lengths = { shape: [batch], dtype: "i32", data: Float64Array.from([5, 3, 1, 4]) } as const;
const given = { "clip#length.T": lengths };
const kinds = ({ kernels }: KernelProgram): readonly string[] => kernels.map(({ kind }) => kind);

/** Widths whose weights are just large enough. */
const modules = [
  ["LSTM", 32],
  ["GRU", 48],
] as const;

test.each(modules)("a training step of %s multiplies with panels, to the bit", (module, width) => {
  const { graph } = recurrentStep(module, width);
  const [inputs, variables] = [valuesOf(graph, "input", given), valuesOf(graph, "variable")];
  const plain = lower(graph, "step");
  const program = withPanels(plain);
  const copies = kinds(program).length - kinds(plain).length;
  expect(copies).toBeGreaterThanOrEqual(4);
  const arrays = (values: typeof inputs) => Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, data]));
  const all = { inputs: arrays(inputs), variables: arrays(variables) };
  const [found, wanted] = [evaluateProgram(program, all), evaluateProgram(plain, all)];
  for (const [name, values] of Object.entries({ ...wanted.outputs, ...wanted.variables })) {
    const own = found.outputs[name] ?? found.variables[name];
    expect(values.findIndex((value, at) => !Object.is(value, own?.[at]))).toBe(-1);
  }
  expectSchedules(program, all, [{ entries: 3 }]);
});

test.each(modules)("a training step of %s in WebAssembly", async (module, width) => {
  const plan = recurrentStep(module, width);
  const { graph } = plan;
  const [inputs, variables] = [valuesOf(graph, "input", given), valuesOf(graph, "variable")];
  const expected = interpret(graph, inputs, variables);
  const session = await wasmExecutor({ threads: 2 }).open();
  const tensorOf = ({ shape, dtype, data }: (typeof inputs)[string]): HostTensor => ({
    shape,
    dtype,
    data: dtype === "i32" ? Int32Array.from(data) : Float32Array.from(data),
  });
  for (const [name, value] of Object.entries(variables)) session.write(name, tensorOf(value));
  const program = await session.load(plan);
  const feeds = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, tensorOf(value)]));
  const results = await program.run(feeds);
  expect(results.total?.data[0]).toBeCloseTo(expected.outputs.total?.data[0] as number, 5);
  for (const [name, { data }] of Object.entries(expected.assigned)) {
    const found = (await session.read(name)).data;
    const apart = Math.max(...Array.from(data, (value, at) => Math.abs(value - (found[at] as number))));
    expect(apart, name).toBeLessThan(1e-5);
  }
  session.dispose();
});

test("small weights are read where they are", () => {
  const plain = lower(recurrentStep("LSTM", 12).graph, "step");
  expect(withPanels(plain)).toBe(plain);
});
