// What every executor must do beside computing: keep variables, assign together, leak nothing, refuse what does not fit.
import { describe, expect, test } from "vitest";
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import type { HostExtension } from "../../src/compiler/ops/operation.ts";
import type { Executor, HostTensor, Session } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import { wasmExecutor } from "../../src/runtime/executors/wasm/index.ts";
import { initialise, leaf, recurrentFeeds, recurrentProgram, tensor } from "./programs.ts";

let failing = false;
const extensions: Readonly<Record<string, HostExtension>> = {
  double: {
    forward([x]) {
      if (failing) throw new Error("the host function gave up");
      return Array.from(x?.data ?? [], (value) => 2 * value);
    },
    backward: (_inputs, _result, gradient) => [Array.from(gradient.data, (value) => 2 * value)],
  },
};

const executors: Readonly<Record<string, () => Promise<Executor>>> = {
  interpreter: async () => interpreterExecutor(extensions),
  "tfjs-cpu": () => tfjsExecutor("cpu", { extensions }),
  "tfjs-wasm": () => tfjsExecutor("wasm", { extensions }),
  wasm: async () => wasmExecutor({ extensions, threads: 2 }),
};
const open = async (name: string): Promise<Session> => {
  const create = executors[name];
  if (create === undefined) throw new Error(`no executor ${name}`);
  return (await create()).open();
};
const values = (value: HostTensor | undefined): number[] => Array.from(value?.data ?? []);

/** a, b = b, a + x; output: the old a. */
function swapPlan(): Plan {
  const builder = graphBuilder();
  const [a, b] = [leaf(builder, "variable", "a", [2]), leaf(builder, "variable", "b", [2])];
  const sum = builder.add("add", [a, leaf(builder, "input", "x", [2])]);
  return makePlan(
    "swap",
    builder.finish({ old: a, sum }, [
      { variable: "a", value: b },
      { variable: "b", value: sum },
    ]),
    {},
  );
}

describe.each(Object.keys(executors))("%s", (name) => {
  test("assigns all variables together, and gives outputs from before", async () => {
    const session = await open(name);
    session.write("a", tensor([2], [1, 2]));
    session.write("b", tensor([2], [10, 20]));
    const program = await session.load(swapPlan());
    const results = await program.run({ x: tensor([2], [100, 200]), unused: tensor([1], [0]) });
    expect(values(results.old)).toEqual([1, 2]);
    expect(values(await session.read("a"))).toEqual([10, 20]);
    expect(values(await session.read("b"))).toEqual([101, 202]);
    expect(session.names()).toEqual(["a", "b"]);
    session.dispose();
  });

  test("programs of a session share its variables", async () => {
    const session = await open(name);
    session.write("a", tensor([2], [1, 2]));
    session.write("b", tensor([2], [3, 4]));
    const builder = graphBuilder();
    const twice = builder.add("add", [leaf(builder, "variable", "a", [2]), leaf(builder, "variable", "a", [2])]);
    const reader = await session.load(makePlan("reader", builder.finish({ twice }), {}));
    await (await session.load(swapPlan())).run({ x: tensor([2], [0, 0]) });
    expect(values((await reader.run({})).twice)).toEqual([6, 8]);
    session.dispose();
  });

  test("returns only the outputs asked for", async () => {
    const session = await open(name);
    for (const variable of ["a", "b"]) session.write(variable, tensor([2], [1, 2]));
    const program = await session.load(swapPlan());
    expect(Object.keys(await program.run({ x: tensor([2], [0, 0]) }, { outputs: ["sum"] }))).toEqual(["sum"]);
    await expect(program.run({ x: tensor([2], [0, 0]) }, { outputs: ["total"] })).rejects.toThrow(
      "swap has no output total; it has old, sum",
    );
    session.dispose();
  });

  test("refuses feeds and variables that do not fit, and stays usable", async () => {
    const session = await open(name);
    const program = await session.load(swapPlan());
    const x = tensor([2], [0, 0]);
    await expect(program.run({ x })).rejects.toThrow("swap needs the variable a, which was never written");
    session.write("a", tensor([3], [1, 2, 3]));
    session.write("b", tensor([2], [1, 2]));
    await expect(program.run({ x })).rejects.toThrow("swap: the variable a is f32[2] in the plan but f32[3] here");
    session.write("a", tensor([2], [1, 2]));
    await expect(program.run({})).rejects.toThrow("swap needs the input x, which this batch does not have");
    await expect(program.run({ x: tensor([2], [0, 0], "i32") })).rejects.toThrow(
      "the input x is f32[2] in the plan but i32[2] here",
    );
    expect(() => session.write("a", tensor([4], [1, 2]))).toThrow("a: 2 values do not fill the shape [4] (4 values)");
    expect(values((await program.run({ x })).old)).toEqual([1, 2]);
    session.dispose();
  });

  test("copies what goes in and what comes out", async () => {
    const session = await open(name);
    const builder = graphBuilder();
    const x = leaf(builder, "input", "x", [2]);
    leaf(builder, "variable", "bank", [2]);
    const program = await session.load(makePlan("store", builder.finish({ x }, [{ variable: "bank", value: x }]), {}));
    const buffer = tensor([2], [1, 2]);
    session.write("bank", buffer);
    buffer.data[0] = -1;
    expect(values(await session.read("bank"))).toEqual([1, 2]);
    buffer.data.set([5, 6]);
    const { x: result } = await program.run({ x: buffer });
    buffer.data[0] = -1;
    result?.data.fill(0);
    (await session.read("bank")).data.fill(0);
    expect(values(await session.read("bank"))).toEqual([5, 6]);
    session.dispose();
  });

  test("shows every node's value in order", async () => {
    const session = await open(name);
    const builder = graphBuilder();
    const x = leaf(builder, "input", "x", [2]);
    const idle = builder.add("negate", [x]);
    const root = builder.add("sqrt", [x]);
    const log = builder.add("log", [root]);
    const spread = builder.add("broadcast", [x], { sizes: [constantDim(3), constantDim(2)], axes: [1] });
    const product = builder.add("multiply", [spread, leaf(builder, "input", "y", [3, 2])]);
    const plan = makePlan("trace", builder.finish({ log, idle, product }), {});
    const { nodes } = plan.graph;
    const program = await session.load(plan);
    const seen: { node: number; value: HostTensor }[] = [];
    const feeds = { x: tensor([2], [4, 0]), y: tensor([3, 2], [1, 2, 3, 4, 5, 6]) };
    const results = await program.run(feeds, { observe: (node, value) => seen.push({ node, value }) });
    expect(seen.map(({ node }) => node)).toEqual(nodes.map((_, index) => index));
    expect(seen.map(({ value }) => [value.dtype, value.shape])).toEqual(nodes.map(({ dtype, shape }) => [dtype, shape]));
    const bad = seen.find(({ value }) => value.data.some((entry) => !Number.isFinite(entry)));
    expect(nodes[bad?.node ?? -1]?.op).toBe("log");
    expect(values(results.product)).toEqual([4, 0, 12, 0, 20, 0]);
    session.dispose();
  });

  test("a recurrent training program agrees with the interpreter", async () => {
    const [session, oracle] = [await open(name), await open("interpreter")];
    const plan = recurrentProgram();
    initialise(session, plan);
    initialise(oracle, plan);
    const [program, reference] = [await session.load(plan), await oracle.load(plan)];
    for (let step = 0; step < 5; step += 1) {
      const [actual, expected] = [await program.run(recurrentFeeds(step)), await reference.run(recurrentFeeds(step))];
      for (const [output, value] of Object.entries(expected)) expectNear(actual[output], value);
    }
    for (const variable of oracle.names()) expectNear(await session.read(variable), await oracle.read(variable));
    session.dispose();
  });

  test("calls extension operations", async () => {
    const session = await open(name);
    const builder = graphBuilder();
    const y = builder.add("extension", [leaf(builder, "input", "x", [3])], {
      name: "double",
      sizes: [constantDim(3)],
      dtype: "f32",
    });
    const program = await session.load(makePlan("extended", builder.finish({ y }), {}));
    expect(values((await program.run({ x: tensor([3], [1, 2, 3]) })).y)).toEqual([2, 4, 6]);
    const other = graphBuilder();
    const z = other.add("extension", [leaf(other, "input", "x", [3])], { name: "triple", sizes: [constantDim(3)], dtype: "f32" });
    const unknown = await session.load(makePlan("unknown", other.finish({ z }), {}));
    await expect(unknown.run({ x: tensor([3], [1, 2, 3]) })).rejects.toThrow(/extension.*triple/);
    session.dispose();
  });
});

function expectNear(actual: HostTensor | undefined, expected: HostTensor): void {
  expect(actual?.shape).toEqual(expected.shape);
  expected.data.forEach((entry, at) => {
    expect(Math.abs((actual?.data[at] ?? Number.NaN) - entry)).toBeLessThanOrEqual(2e-5 * Math.max(1, Math.abs(entry)));
  });
}

describe.each(["tfjs-cpu", "tfjs-wasm", "wasm"])("%s", (name) => {
  test("as many tensors live after 1000 steps as after 10", async () => {
    const session = await open(name);
    const empty = session.liveTensors();
    const plan = recurrentProgram();
    initialise(session, plan);
    const program = await session.load(plan);
    let after10: number | undefined;
    for (let step = 0; step < 1000; step += 1) {
      await program.run(recurrentFeeds(step), { outputs: step % 2 === 0 ? [] : ["total", "last"] });
      if (step === 9) after10 = session.liveTensors();
    }
    expect(session.liveTensors()).toBe(after10);
    session.dispose();
    expect(session.liveTensors()).toBe(empty);
  }, 60_000);

  test("a step that fails changes no variable and leaves no tensor behind", async () => {
    const session = await open(name);
    const builder = graphBuilder();
    const w = leaf(builder, "variable", "w", [2]);
    const squared = builder.add("multiply", [w, w]);
    const y = builder.add("extension", [squared], { name: "double", sizes: [constantDim(2)], dtype: "f32" });
    const program = await session.load(makePlan("fails", builder.finish({ y, squared }, [{ variable: "w", value: y }]), {}));
    session.write("w", tensor([2], [1, 3]));
    const before = session.liveTensors();
    failing = true;
    await expect(program.run({})).rejects.toThrow("extension: the host function gave up");
    failing = false;
    expect(session.liveTensors()).toBe(before);
    expect(values(await session.read("w"))).toEqual([1, 3]);
    await program.run({});
    expect(values(await session.read("w"))).toEqual([2, 18]);
    session.dispose();
  });
});

test("sessions on two backends take turns", async () => {
  const sessions = [await open("tfjs-cpu"), await open("tfjs-wasm")];
  const programs = await Promise.all(
    sessions.map(async (session) => {
      for (const variable of ["a", "b"]) session.write(variable, tensor([2], [1, 1]));
      return session.load(swapPlan());
    }),
  );
  for (let step = 0; step < 4; step += 1)
    await Promise.all(programs.map((program) => program.run({ x: tensor([2], [step, 1]) })));
  for (const session of sessions) expect(values(await session.read("b"))).toEqual([5, 3]);
  for (const session of sessions) session.dispose();
});
