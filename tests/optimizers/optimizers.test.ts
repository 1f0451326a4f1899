// Optimiser graphs against torch.optim (fixtures.json, written by fixtures.py) and against steps worked out by hand.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import type { Clip } from "../../src/compiler/train/clip.ts";
import {
  type OptimizerSettings,
  optimizerTable,
  parameterFault,
  resolveOptimizer,
} from "../../src/compiler/train/optimizers/index.ts";
import { buildUpdate, type UpdateGraph } from "../../src/compiler/train/training-graph.ts";
import type { HostTensor, Session } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";

interface Case {
  readonly optimizer: string;
  readonly settings: Omit<OptimizerSettings, "name">;
  readonly clip?: Clip;
  readonly norms: readonly number[];
  readonly weights: readonly Readonly<Record<string, readonly number[]>>[];
}
interface Fixtures {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly rates: readonly number[];
  readonly cases: readonly Case[];
}
const fixtures = JSON.parse(readFileSync(new URL("fixtures.json", import.meta.url), "utf8")) as Fixtures;

const tensor = (shape: readonly number[], data: readonly number[]): HostTensor => ({
  dtype: "f32",
  shape,
  data: Float64Array.from(data),
});
const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const wave = (length: number, phase: number): number[] => Array.from({ length }, (_, at) => Math.sin(phase + 1.7 * at * at + at));

/** A program whose loss is the sum of weight times fed gradient, so that the gradient is what is fed. */
function linearProgram(
  shapes: Readonly<Record<string, readonly number[]>>,
  settings: OptimizerSettings,
  clip?: Clip,
): { plan: Plan; update: UpdateGraph } {
  const builder = graphBuilder();
  const leaf = (op: string, name: string, shape: readonly number[]): number =>
    builder.add(op, [], { name, sizes: shape.map(constantDim), dtype: "f32" });
  const rate = leaf("input", "#rate", []);
  const update = leaf("input", "#update", []);
  let total = builder.add("constant", [], { value: 0, sizes: [], dtype: "f32" });
  const weights = Object.entries(shapes).map(([name, shape]) => {
    const node = leaf("variable", name, shape);
    const product = builder.add("multiply", [node, leaf("input", `gradient.${name}`, shape)]);
    const axes = shape.map((_, axis) => axis);
    total = builder.add("add", [total, builder.add("sum", [product], { axes })]);
    return { name, node, shape: shape.map(constantDim), settings };
  });
  const result = buildUpdate(builder, { total, weights, clip, stage: "only", rate, update });
  const graph = builder.finish({ total, gradient_norm: result.gradientNorm }, result.assignments);
  return { plan: makePlan("optimizer", graph, {}), update: result };
}

async function replay(
  session: Session,
  item: Case,
  check: (expected: readonly number[], actual: HostTensor) => void,
): Promise<void> {
  const { plan, update } = linearProgram(fixtures.shapes, { name: item.optimizer, ...item.settings }, item.clip);
  Object.entries(fixtures.shapes).forEach(([name, shape], at) => {
    session.write(name, tensor(shape, wave(count(shape), at)));
  });
  for (const slot of update.slots) {
    const shape = slot.shape.map((dim) => Number(dim.key));
    session.write(slot.name, tensor(shape, new Array<number>(count(shape)).fill(0)));
  }
  const program = await session.load(plan);
  for (const [step, weights] of item.weights.entries()) {
    const feeds: Record<string, HostTensor> = {
      "#rate": tensor([], [fixtures.rates[step] ?? Number.NaN]),
      "#update": tensor([], [step + 1]),
    };
    Object.entries(fixtures.shapes).forEach(([name, shape], at) => {
      feeds[`gradient.${name}`] = tensor(shape, wave(count(shape), 10 + 3 * step + at));
    });
    const results = await program.run(feeds);
    check([item.norms[step] ?? Number.NaN], results.gradient_norm ?? tensor([0], []));
    for (const [name, expected] of Object.entries(weights)) check(expected, await session.read(name));
  }
  session.dispose();
}

const close =
  (tolerance: number) =>
  (expected: readonly number[], actual: HostTensor): void => {
    expect(actual.data.length).toBe(expected.length);
    expected.forEach((value, at) => {
      expect(Math.abs((actual.data[at] ?? Number.NaN) - value)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(value)));
    });
  };

const title = (item: Case): string => `${item.optimizer} ${JSON.stringify(item.settings)} ${JSON.stringify(item.clip ?? "")}`;

test.each(fixtures.cases.map((item) => [title(item), item] as const))("as in PyTorch, float64: %s", async (_, item) => {
  await replay(await interpreterExecutor().open(), item, close(1e-9));
});

test.each(fixtures.cases.map((item) => [title(item), item] as const))("as in PyTorch, tfjs: %s", async (_, item) => {
  await replay(await (await tfjsExecutor("wasm")).open(), item, close(5e-6));
});

test("Adam's first step by hand: the corrected moments are g and g², so the step is lr * g / (|g| + eps)", async () => {
  const { plan, update } = linearProgram({ w: [2] }, { name: "adam", lr: 0.1, eps: 1e-2 });
  const session = await interpreterExecutor().open();
  session.write("w", tensor([2], [1, -2]));
  for (const slot of update.slots) session.write(slot.name, tensor([2], [0, 0]));
  const program = await session.load(plan);
  await program.run({ "#rate": tensor([], [1]), "#update": tensor([], [1]), "gradient.w": tensor([2], [3, -0.5]) });
  const { data } = await session.read("w");
  expect(data[0]).toBeCloseTo(1 - (0.1 * 3) / 3.01, 12);
  expect(data[1]).toBeCloseTo(-2 + (0.1 * 0.5) / 0.51, 12);
  expect(update.slots.map((slot) => slot.name)).toEqual(["only/adam.m:w", "only/adam.v:w"]);
});

test("each weight follows its own settings", async () => {
  const builder = graphBuilder();
  const scalar = (op: string, name: string): number => builder.add(op, [], { name, sizes: [], dtype: "f32" });
  const [a, b] = [scalar("variable", "a"), scalar("variable", "b")];
  const total = builder.add("add", [a, b]);
  const result = buildUpdate(builder, {
    total,
    weights: [
      { name: "a", node: a, shape: [], settings: { name: "sgd", lr: 1 } },
      { name: "b", node: b, shape: [], settings: { name: "sgd", lr: 0.25, momentum: 0.5 } },
    ],
    clip: undefined,
    stage: "s",
    rate: scalar("input", "#rate"),
    update: scalar("input", "#update"),
  });
  const session = await interpreterExecutor().open();
  const program = await session.load(makePlan("groups", builder.finish({ total }, result.assignments), {}));
  for (const name of ["a", "b", "s/sgd.velocity:b"]) session.write(name, tensor([], [0]));
  for (const step of [1, 2]) await program.run({ "#rate": tensor([], [1]), "#update": tensor([], [step]) });
  expect((await session.read("a")).data[0]).toBe(-2);
  expect((await session.read("b")).data[0]).toBe(-0.25 * (1 + 1.5));
});

test("a weight that the loss does not reach is reported, not updated and not decayed", () => {
  const builder = graphBuilder();
  const scalar = (op: string, name: string): number => builder.add(op, [], { name, sizes: [], dtype: "f32" });
  const [used, idle] = [scalar("variable", "used"), scalar("variable", "idle")];
  const settings = { name: "adamw", lr: 1, decay: 1 };
  const result = buildUpdate(builder, {
    total: builder.add("multiply", [used, used]),
    weights: [
      { name: "used", node: used, shape: [], settings },
      { name: "idle", node: idle, shape: [], settings },
    ],
    clip: undefined,
    stage: "s",
    rate: scalar("input", "#rate"),
    update: scalar("input", "#update"),
  });
  expect(result.missing).toEqual(["idle"]);
  expect(result.assignments.map(({ variable }) => variable)).toEqual(["used", "s/adamw.m:used", "s/adamw.v:used"]);
  expect(result.slots.map(({ name }) => name)).toEqual(["s/adamw.m:used", "s/adamw.v:used"]);
});

test("defaults are PyTorch's", () => {
  expect(resolveOptimizer({ name: "adam" }).values).toEqual({ lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 0 });
  expect(resolveOptimizer({ name: "adamw" }).values).toEqual({ lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-8, decay: 1e-2 });
  expect(resolveOptimizer({ name: "sgd", nesterov: true }).values).toEqual({ lr: 1e-3, momentum: 0, decay: 0, nesterov: 1 });
  expect(resolveOptimizer({ name: "rmsprop" }).values).toEqual({ lr: 1e-2, alpha: 0.99, eps: 1e-8, momentum: 0, decay: 0 });
});

test("settings outside the table are refused in words", () => {
  expect(parameterFault("adamw", "lr", 1e-3)).toBeUndefined();
  expect(parameterFault("adamw", "momentum", 0.9)).toBe("adamw takes no momentum; it takes lr, beta1, beta2, eps, decay");
  expect(parameterFault("adam", "beta1", 1)).toBe("beta1 of adam must be below 1, not 1");
  expect(parameterFault("sgd", "lr", -1)).toBe("lr of sgd must be at least 0, not -1");
  expect(parameterFault("sgd", "lr", Number.NaN)).toBe("lr of sgd must be at least 0, not NaN");
  expect(() => resolveOptimizer({ name: "lion" })).toThrow(
    `no optimiser lion; there are ${Object.keys(optimizerTable).join(", ")}`,
  );
});
