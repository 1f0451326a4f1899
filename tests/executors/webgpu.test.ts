// The webgpu executor on a GPU or on SwiftShader: what sessions and programs must do beside computing. What they compute is tested
// with all executors in conformance.test.ts, the kernels' code in tests/emit/wgsl.
import { describe, expect, test } from "vitest";
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import { selfTest } from "../../src/runtime/backends/self-test.ts";
import type { HostTensor, Session } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { isInstalled, loadBackend } from "../../src/runtime/executors/tfjs/load.ts";
import { initialise, leaf, recurrentFeeds, recurrentProgram, tensor } from "./programs.ts";
import { openExecutor, unavailable } from "./webgpu-driver.ts";

const title = unavailable === undefined ? "webgpu" : `webgpu (not run: ${unavailable})`;
const values = (value: HostTensor | undefined): number[] => Array.from(value?.data ?? []);

let failing = false;
const extensions = {
  double: {
    forward([x]: readonly { readonly data: ArrayLike<number> }[]) {
      if (failing) throw new Error("the host function gave up");
      return Array.from(x?.data ?? [], (value) => 2 * value);
    },
  },
};
const open = async (): Promise<Session> => (await openExecutor({ extensions })).open();

/** a, b = b, a + x; output: the old a. */
function swapPlan(size = 2): Plan {
  const builder = graphBuilder();
  const [a, b] = [leaf(builder, "variable", "a", [size]), leaf(builder, "variable", "b", [size])];
  const sum = builder.add("add", [a, leaf(builder, "input", "x", [size])]);
  const assignments = [
    { variable: "a", value: b },
    { variable: "b", value: sum },
  ];
  return makePlan("swap", builder.finish({ old: a, sum }, assignments), {});
}

describe.skipIf(unavailable !== undefined)(title, () => {
  test("assigns all variables together; gives outputs from before; keeps the steps' order", async () => {
    const session = await open();
    for (const name of ["a", "b"]) session.write(name, tensor([2], name === "a" ? [1, 2] : [10, 20]));
    const program = await session.load(swapPlan());
    expect(values((await program.run({ x: tensor([2], [100, 200]) })).old)).toEqual([1, 2]);
    expect(values(await session.read("a"))).toEqual([10, 20]);
    expect(values(await session.read("b"))).toEqual([101, 202]);
    // Started without waiting for one another, the last ones without outputs.
    const steps = [1, 2, 3, 4, 5, 6, 7].map((x) =>
      program.run({ x: tensor([2], [x, x]) }, { outputs: x < 3 ? ["sum", "old"] : [] }),
    );
    expect((await Promise.all(steps)).slice(0, 2).map(({ old, sum }) => [values(old)[0], values(sum)[0]])).toEqual([
      [10, 11],
      [101, 103],
    ]);
    expect(values(await session.read("b"))[0]).toBe(10 + 1 + 3 + 5 + 7);
    session.dispose();
    expect(session.liveTensors()).toBe(0);
  });

  test("a variable of another size takes another buffer, and programs follow", async () => {
    const session = await open();
    for (const name of ["a", "b"]) session.write(name, tensor([2], [1, 2]));
    const program = await session.load(swapPlan());
    await program.run({ x: tensor([2], [0, 0]) });
    session.write("a", tensor([3], [1, 2, 3]));
    await expect(program.run({ x: tensor([2], [0, 0]) })).rejects.toThrow("the variable a is f32[2] in the plan but f32[3] here");
    session.write("a", tensor([2], [7, 8]));
    expect(values((await program.run({ x: tensor([2], [0, 0]) })).old)).toEqual([7, 8]);
    await expect(program.run({ x: tensor([2], [0, 0]) }, { outputs: ["total"] })).rejects.toThrow("swap has no output total");
    session.dispose();
  });

  test("a host function that fails changes no variable; buffers stay as many as after the first step", async () => {
    const session = await open();
    const builder = graphBuilder();
    const w = leaf(builder, "variable", "w", [2]);
    const squared = builder.add("multiply", [w, w]);
    const y = builder.add("extension", [squared], { name: "double", sizes: [constantDim(2)], dtype: "f32" });
    const bank = leaf(builder, "variable", "bank", [2]);
    const filled = builder.add("add", [
      bank,
      builder.add("literal", [], { values: [1, 1], sizes: [constantDim(2)], dtype: "f32" }),
    ]);
    const assignments = [
      { variable: "bank", value: filled },
      { variable: "w", value: y },
    ];
    const program = await session.load(makePlan("fails", builder.finish({ y }, assignments), {}));
    session.write("w", tensor([2], [1, 3]));
    session.write("bank", tensor([2], [0, 5]));
    await program.run({});
    const before = session.liveTensors();
    failing = true;
    await expect(program.run({})).rejects.toThrow("extension: the host function gave up");
    failing = false;
    expect(values(await session.read("w"))).toEqual([2, 18]);
    expect(values(await session.read("bank"))).toEqual([1, 6]);
    expect(values((await program.run({})).y)).toEqual([8, 648]);
    expect(session.liveTensors()).toBe(before);
    session.dispose();
  });

  test("a traced step shows every node and is a step like any other", async () => {
    const [session, oracle] = [await open(), await interpreterExecutor().open()];
    const plan = recurrentProgram();
    initialise(session, plan);
    initialise(oracle, plan);
    const [program, reference] = [await session.load(plan), await oracle.load(plan)];
    const seen: number[] = [];
    for (let step = 0; step < 10; step += 1) {
      const observe = step === 4 ? { observe: (node: number) => seen.push(node) } : {};
      const actual = await program.run(recurrentFeeds(step), observe);
      const expected = await reference.run(recurrentFeeds(step));
      expect(values(actual.total)[0]).toBeCloseTo(values(expected.total)[0] as number, 4);
    }
    expect(seen.length).toBe(plan.graph.nodes.filter(({ op }) => op !== "scan").length);
    for (const name of oracle.names()) {
      const [found, expected] = [values(await session.read(name)), values(await oracle.read(name))];
      expected.forEach((entry, at) => {
        expect(Math.abs((found[at] as number) - entry), `${name}[${at}]`).toBeLessThan(2e-5 * Math.max(1, Math.abs(entry)));
      });
    }
    const alive = session.liveTensors();
    for (let step = 10; step < 40; step += 1) await program.run(recurrentFeeds(step), { outputs: [] });
    await program.run(recurrentFeeds(40));
    program.dispose();
    expect(session.liveTensors()).toBeLessThan(alive as number);
    session.dispose();
  });

  test.skipIf(!isInstalled("@tensorflow/tfjs-backend-webgpu"))(
    "on tfjs's own device, where tfjs's backend is webgpu",
    async () => {
      const own = await openExecutor();
      expect(own.device).toMatch(/a device of its own$/);
      (await loadBackend("webgpu")).activate();
      const shared = await openExecutor();
      expect(shared.device).toBe("the device of tfjs's backend webgpu");
      expect(await selfTest(shared)).toMatchObject({ ok: true });
      (await loadBackend("cpu")).activate();
      expect((await openExecutor()).device).toBe(own.device);
      expect(await selfTest(own)).toMatchObject({ ok: true });
    },
  );
});
