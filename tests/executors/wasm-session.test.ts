// What the wasm executor does beyond what every executor does: modules by requested outputs, threads that change no bit, memory
// that moves, failures that leave the variables as they were.
import { afterEach, describe, expect, test, vi } from "vitest";
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import type { Executor, HostTensor, Session } from "../../src/runtime/executors/executor.ts";
import { type KernelTime, wasmExecutor } from "../../src/runtime/executors/wasm/index.ts";
import { networkFeeds, networkPlan } from "./network.ts";
import { initialise, leaf, recurrentFeeds, recurrentProgram, tensor } from "./programs.ts";
import { wave } from "./samples.ts";

const sessions: Session[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.dispose();
  vi.unstubAllGlobals();
});
const open = async (executor: Executor): Promise<Session> => {
  const session = await executor.open();
  sessions.push(session);
  return session;
};
const values = (value: HostTensor | undefined): number[] => Array.from(value?.data ?? []);

async function trained(session: Session, steps: number): Promise<number[]> {
  const plan = networkPlan();
  initialise(session, plan);
  const program = await session.load(plan);
  const seen: number[] = [];
  for (let step = 0; step < steps; step += 1) {
    seen.push(...values((await program.run(networkFeeds(step), { outputs: ["loss"] })).loss));
  }
  return [...seen, ...values(await session.read("first")), ...values(await session.read("second"))];
}

describe("threads", () => {
  test("1, 2 and 3 of them give the same bits, in a larger and in a recurrent program", async () => {
    const runs = await Promise.all([1, 2, 3].map(async (threads) => trained(await open(wasmExecutor({ threads })), 30)));
    expect(runs[0]?.every(Number.isFinite)).toBe(true);
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
    const recurrent = async (threads: number): Promise<number[]> => {
      const session = await open(wasmExecutor({ threads }));
      const plan = recurrentProgram();
      initialise(session, plan);
      const program = await session.load(plan);
      const seen: number[] = [];
      for (let step = 0; step < 10; step += 1) seen.push(...values((await program.run(recurrentFeeds(step))).total));
      return seen;
    };
    expect(await recurrent(3)).toEqual(await recurrent(1));
  });

  test("without shared memory there is one, and the same bits", async () => {
    const expected = await trained(await open(wasmExecutor({ threads: 2 })), 5);
    vi.stubGlobal("crossOriginIsolated", false);
    expect(await trained(await open(wasmExecutor({ threads: 2 })), 5)).toEqual(expected);
  });

  test("MMX_THREADS says how many; anything else than a number is refused", () => {
    vi.stubEnv("MMX_THREADS", "many");
    expect(() => wasmExecutor()).toThrow("MMX_THREADS is many");
    vi.unstubAllEnvs();
  });
});

test("each set of outputs has code and constants of its own, made once; disposing of a program frees its own memory only", async () => {
  const session = await open(wasmExecutor({ threads: 2 }));
  const empty = session.liveTensors();
  const builder = graphBuilder();
  const w = leaf(builder, "variable", "w", [5]);
  const shift = builder.add("literal", [], { values: [5, 2, 3, 1, 4], sizes: [constantDim(5)], dtype: "f32" });
  const [sum, difference] = [builder.add("add", [w, shift]), builder.add("subtract", [w, shift])];
  session.write("w", tensor([5], [1, 2, 3, 4, 5]));
  const started = session.liveTensors() ?? 0;
  const program = await session.load(makePlan("shifts", builder.finish({ sum, difference }), {}));
  await program.run({}, { outputs: ["sum"] });
  const one = session.liveTensors() ?? 0;
  expect(one).toBeGreaterThan(started);
  const { sum: high, difference: low } = await program.run({}, { outputs: ["difference", "sum"] });
  expect([values(high), values(low)]).toEqual([
    [6, 4, 6, 5, 9],
    [-4, 0, 0, 3, 1],
  ]);
  const two = session.liveTensors() ?? 0;
  expect(two).toBeGreaterThan(one);
  await program.run({}, { outputs: ["sum", "difference"] });
  await program.run({});
  expect(session.liveTensors()).toBe(two);
  program.dispose();
  expect(session.liveTensors()).toBe(started);
  session.dispose();
  expect(session.liveTensors()).toBe(empty);
});

test("variables written anew with another size are found where they then are", async () => {
  const session = await open(wasmExecutor());
  const plan = (size: number): Plan => {
    const builder = graphBuilder();
    const w = leaf(builder, "variable", "w", [size]);
    return makePlan(`of ${size}`, builder.finish({ twice: builder.add("add", [w, w]) }), {});
  };
  session.write("w", tensor([2], [1, 2]));
  session.write("other", tensor([40], wave(40, 1)));
  const [small, large] = [await session.load(plan(2)), await session.load(plan(40))];
  expect(values((await small.run({})).twice)).toEqual([2, 4]);
  session.write("w", tensor([40], wave(40, 2)));
  await expect(small.run({})).rejects.toThrow("of 2: the variable w is f32[2] in the plan but f32[40] here");
  expect(values((await large.run({})).twice)).toEqual(values(tensor([40], wave(40, 2))).map((value) => 2 * value));
  session.write("w", tensor([2], [3, 4]));
  expect(values((await small.run({})).twice)).toEqual([6, 8]);
  expect(values(await session.read("other"))).toEqual(values(tensor([40], wave(40, 1))));
});

test("runs take their turn in the order in which they were started, those of other programs and reads included", async () => {
  const session = await open(wasmExecutor());
  const plan = (name: string, build: (builder: ReturnType<typeof graphBuilder>, w: number, x: number) => number): Plan => {
    const builder = graphBuilder();
    const next = build(builder, leaf(builder, "variable", "w", [1]), leaf(builder, "input", "x", [1]));
    return makePlan(name, builder.finish({ next }, [{ variable: "w", value: next }]), {});
  };
  const add = await session.load(plan("add", (builder, w, x) => builder.add("add", [w, x])));
  const scale = await session.load(plan("scale", (builder, w, x) => builder.add("multiply", [w, x])));
  session.write("w", tensor([1], [1]));
  const feed = (value: number) => ({ x: tensor([1], [value]) });
  const results = await Promise.all([
    add.run(feed(2)),
    scale.run(feed(10)),
    session.read("w"),
    add.run(feed(1)),
    scale.run(feed(2)),
  ]);
  expect(results.map((result) => values("next" in result ? result.next : (result as HostTensor)))).toEqual([
    [3],
    [30],
    [30],
    [31],
    [62],
  ]);
});

test("a host function that fails after variables were set leaves them as they were", async () => {
  let failing = true;
  const forward = ([x]: readonly { readonly data: ArrayLike<number> }[]): number[] => {
    if (failing) throw new Error("not now");
    return Array.from(x?.data ?? [], (value) => 2 * value);
  };
  const session = await open(wasmExecutor({ extensions: { double: { forward } } }));
  const builder = graphBuilder();
  const [w, v] = [leaf(builder, "variable", "w", [3]), leaf(builder, "variable", "v", [3])];
  const more = builder.add("add", [w, w]);
  const y = builder.add("extension", [more], { name: "double", sizes: [constantDim(3)], dtype: "f32" });
  const assignments = [
    { variable: "w", value: more },
    { variable: "v", value: builder.add("add", [y, v]) },
  ];
  const program = await session.load(makePlan("fails", builder.finish({}, assignments), {}));
  for (const name of ["w", "v"]) session.write(name, tensor([3], [1, 2, 3]));
  await expect(program.run({})).rejects.toThrow("extension: not now");
  expect(values(await session.read("w"))).toEqual([1, 2, 3]);
  failing = false;
  await program.run({});
  expect([values(await session.read("w")), values(await session.read("v"))]).toEqual([
    [2, 4, 6],
    [5, 10, 15],
  ]);
});

test("a host function is called in every turn of a loop", async () => {
  const forward = ([x]: readonly { readonly data: ArrayLike<number> }[]): number[] =>
    Array.from(x?.data ?? [], (value) => 2 * value);
  const session = await open(wasmExecutor({ extensions: { double: { forward } } }));
  const body = graphBuilder();
  const [carry, slice] = [leaf(body, "input", "carry.0", [2]), leaf(body, "input", "slice.0", [2])];
  const twice = body.add("extension", [body.add("add", [carry, slice])], {
    name: "double",
    sizes: [constantDim(2)],
    dtype: "f32",
  });
  const next = body.add("add", [twice, slice]);
  const builder = graphBuilder();
  const loop = builder.add(
    "scan",
    [leaf(builder, "input", "start", [2]), leaf(builder, "input", "xs", [3, 2])],
    { carries: 1, sequences: 1, constants: 0, outputs: 1, reverse: false },
    { body: body.finish({ "carry.0": next, "out.0": twice }) },
  );
  const [last, each] = [builder.add("part", [loop], { index: 0 }), builder.add("part", [loop], { index: 1 })];
  const program = await session.load(makePlan("loop", builder.finish({ last, each }), {}));
  const results = await program.run({ start: tensor([2], [1, 0]), xs: tensor([3, 2], [1, 2, 3, 4, 5, 6]) });
  // (1 + 1) · 2 = 4, + 1; (5 + 3) · 2 = 16, + 3; (19 + 5) · 2 = 48, + 5
  expect(values(results.each)).toEqual([4, 4, 16, 20, 48, 60]);
  expect(values(results.last)).toEqual([53, 66]);
});

test("a traced step is a step: the variables have their new values, which untraced steps go on from", async () => {
  const [plain, observed] = [await open(wasmExecutor({ threads: 1 })), await open(wasmExecutor({ threads: 1 }))];
  const plan = networkPlan();
  const feeds = networkFeeds(0);
  const losses = await Promise.all(
    [plain, observed].map(async (session) => {
      initialise(session, plan);
      const program = await session.load(plan);
      const seen: number[] = [];
      for (let step = 0; step < 3; step += 1) {
        let nodes = 0;
        const observe = session === observed && step === 1 ? () => (nodes += 1) : undefined;
        const { loss } = await program.run(feeds, { outputs: ["loss"], ...(observe === undefined ? {} : { observe }) });
        if (observe !== undefined) expect(nodes).toBe(plan.graph.nodes.length);
        seen.push(...values(loss));
      }
      return seen;
    }),
  );
  losses[0]?.forEach((loss, at) => {
    expect((losses[1]?.[at] ?? 0) / loss).toBeCloseTo(1, 5);
  });
});

test("a profile names the kernels and their times", async () => {
  const seen: { readonly program: string; readonly times: readonly KernelTime[] }[] = [];
  const session = await open(wasmExecutor({ threads: 2, profile: (program, times) => seen.push({ program, times }) }));
  await trained(session, 2);
  expect(seen.map(({ program }) => program)).toEqual(["network", "network"]);
  const times = seen[1]?.times ?? [];
  expect(times.filter(({ kernel }) => kernel.kind === "contraction").length).toBeGreaterThanOrEqual(4);
  for (const { milliseconds, runs } of times) {
    expect(milliseconds).toBeGreaterThanOrEqual(0);
    expect(runs).toBeGreaterThanOrEqual(1);
  }
});
