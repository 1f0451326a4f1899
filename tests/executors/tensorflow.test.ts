// What the native TensorFlow executor does beyond what every executor must: both ways of running a step, variables that
// move between models, host functions in the midst of a step. It needs the addon that scripts/native-backend.mjs builds.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { emitProgram } from "../../src/compiler/emit/graphdef/program.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import type { HostExtension } from "../../src/compiler/ops/operation.ts";
import type { HostTensor, Session } from "../../src/runtime/executors/executor.ts";
import { bindingFile, tensorflowExecutor } from "../../src/runtime/executors/tensorflow/index.ts";
import { testPrimitives } from "./conformance/agreement.ts";
import { isFull } from "./conformance/budget.ts";
import { expectResults } from "./conformance/close.ts";
import { openOracle } from "./conformance/executors.ts";
import { hostFunctions, primitiveCases } from "./conformance/primitives.ts";
import { initialise, leaf, recurrentFeeds, recurrentProgram, tensor } from "./programs.ts";
import { samplePlan } from "./samples.ts";

const addon = bindingFile(["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"]);
const ways = ["all", "none"] as const;

const values = (value: HostTensor | undefined): number[] => Array.from(value?.data ?? []);

test("every primitive can be written as a TensorFlow graph, compiled or not", () => {
  for (const { operation, sample } of primitiveCases) {
    const plan = samplePlan(operation, sample);
    if (operation.name !== "extension") expect(emitProgram(plan, { compiled: true }).length).toBeGreaterThan(100);
    expect(emitProgram(plan, { compiled: false }).length).toBeGreaterThan(100);
  }
});

if (addon === undefined) test.skip("not run: the TensorFlow addon is not built; node scripts/native-backend.mjs builds it");

describe.skipIf(addon === undefined).each(ways)("steps, compiled by XLA: %s", (compile) => {
  let session: Session;
  let oracle: Session;
  beforeAll(async () => {
    session = await tensorflowExecutor(addon as string, { compile, extensions: hostFunctions }).open();
    oracle = await openOracle(hostFunctions);
  });
  afterAll(() => session.dispose());

  // Without the compiler, small steps run as they do in conformance.test.ts.
  if (compile === "all" || isFull) testPrimitives(() => ({ session, oracle }));

  test("uniform numbers are the interpreter's, bit for bit", async () => {
    const builder = graphBuilder();
    const controls = ["#seed", "#step"].map((name) => leaf(builder, "input", name, [], "i32"));
    const attributes = { distribution: "uniform", key: 0xfedcba98, sizes: [7, 9, 5].map(constantDim), strides: [0, 4096, 3] };
    const plan = makePlan("uniform", builder.finish({ u: builder.add("random", controls, attributes) }), {});
    const feeds = { "#seed": tensor([], [-7], "i32"), "#step": tensor([], [123456], "i32") };
    const [actual, expected] = [await (await session.load(plan)).run(feeds), await (await oracle.load(plan)).run(feeds)];
    expect(values(actual.u)).toEqual(values(expected.u));
  });

  test("a largest value that is no number stays none, also among seven axes", async () => {
    const builder = graphBuilder();
    const [x, y] = [leaf(builder, "input", "x", [3]), leaf(builder, "input", "y", [2, 1, 2, 1, 2, 1, 2])];
    const sizes = [2, 3, 2, 3, 2, 3, 2].map(constantDim);
    const spread = builder.add("broadcast", [x], { sizes, axes: [3] });
    const other = builder.add("broadcast", [y], { sizes, axes: [0, 1, 2, 3, 4, 5, 6] });
    const maximum = builder.add("maximum", [spread, other]);
    const largest = builder.add("max", [maximum], { axes: [0, 1, 2, 4, 5, 6] });
    const plan = makePlan("largest", builder.finish({ maximum, largest }), {});
    const feeds = { x: tensor([3], [1, Number.NaN, 3]), y: tensor([2, 1, 2, 1, 2, 1, 2], [...Array(16).keys()]) };
    const [actual, expected] = [await (await session.load(plan)).run(feeds), await (await oracle.load(plan)).run(feeds)];
    expect(values(actual.largest)).toEqual([15, Number.NaN, 15]);
    expect(values(actual.maximum)).toEqual(values(expected.maximum));
  });
});

describe.skipIf(addon === undefined)("a session", () => {
  test("training, evaluation and a traced run see one set of variables", async () => {
    const session = await tensorflowExecutor(addon as string).open();
    const plan = recurrentProgram();
    initialise(session, plan);
    const [training, other] = [await session.load(plan), await session.load({ ...plan, name: "other" })];
    const oracle = await openOracle();
    initialise(oracle, plan);
    const expected = await oracle.load(plan);
    // The same steps, taken in turns by two programs and once under observation.
    for (let step = 0; step < 6; step += 1) {
      const program = step % 3 === 1 ? other : training;
      const seen: number[] = [];
      const options = step === 2 ? { observe: (node: number) => void seen.push(node) } : {};
      expectResults(await expected.run(recurrentFeeds(step)), await program.run(recurrentFeeds(step), options), 2e-5);
      const shown = plan.graph.nodes.flatMap(({ op }, index) => (op === "scan" ? [] : [index]));
      expect(seen).toEqual(step === 2 ? shown : []);
    }
    other.dispose();
    training.dispose();
    for (const name of oracle.names()) {
      expectResults({ [name]: await oracle.read(name) }, { [name]: await session.read(name) }, 2e-5);
    }
    session.dispose();
  });

  test("what is fed never becomes a variable's own memory", async () => {
    for (const compile of ways) {
      const session = await tensorflowExecutor(addon as string, { compile }).open();
      const builder = graphBuilder();
      const x = leaf(builder, "input", "x", [64]);
      leaf(builder, "variable", "bank", [64]);
      const program = await session.load(makePlan("store", builder.finish({ x }, [{ variable: "bank", value: x }]), {}));
      session.write("bank", tensor([64], Array(64).fill(0)));
      const fed = tensor([64], Array(64).fill(5));
      await program.run({ x: fed });
      fed.data.fill(-1);
      expect(values(await session.read("bank"))).toEqual(Array(64).fill(5));
      session.dispose();
    }
  });

  test("host functions one behind the other, and a failing one changes nothing", async () => {
    let failing = false;
    const extensions: Readonly<Record<string, HostExtension>> = {
      next: {
        forward([x]) {
          if (failing) throw new Error("the host function gave up");
          return Array.from(x?.data ?? [], (value) => value + 1);
        },
      },
    };
    const session = await tensorflowExecutor(addon as string, { extensions }).open();
    session.write("w", tensor([2], [1, 2]));
    const program = await session.load(chainedPlan());
    expect(values((await program.run({})).y)).toEqual([8, 18]);
    expect(values(await session.read("w"))).toEqual([8, 18]);
    const before = session.liveTensors();
    failing = true;
    await expect(program.run({})).rejects.toThrow("extension: the host function gave up");
    expect(session.liveTensors()).toBe(before);
    failing = false;
    expect(values((await program.run({})).y)).toEqual([162, 722]);
    session.dispose();
  });

  test("a step that TensorFlow refuses is an error with the plan's name", async () => {
    const session = await tensorflowExecutor(addon as string).open();
    const builder = graphBuilder();
    const y = builder.add("negate", [leaf(builder, "input", "x", [2])]);
    const plan = makePlan("broken", builder.finish({ y }), {});
    const wrong: Plan = { ...plan, inputs: [{ name: "x", shape: [2], dtype: "i32" }] };
    const program = await session.load(wrong);
    await expect(program.run({ x: tensor([2], [1, 2], "i32") })).rejects.toThrow(/^broken: TensorFlow refuses the step: /);
    session.dispose();
  });
});

/** w = 2 * (w + 1)², by way of two host functions: next(next(w) * next(w) * 2 - 1). */
function chainedPlan(): Plan {
  const builder = graphBuilder();
  const next = (x: number): number => builder.add("extension", [x], { name: "next", sizes: [constantDim(2)], dtype: "f32" });
  const constant = (value: number): number => builder.add("constant", [], { value, sizes: [constantDim(2)], dtype: "f32" });
  const first = next(leaf(builder, "variable", "w", [2]));
  const square = builder.add("multiply", [builder.add("multiply", [first, first]), constant(2)]);
  const y = next(builder.add("subtract", [square, constant(1)]));
  return makePlan("chained", builder.finish({ y }, [{ variable: "w", value: y }]), {});
}
