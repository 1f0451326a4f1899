// Plans: what they list, how memory is laid out, and that JSON keeps them whole.
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { constantDim } from "../../src/compiler/dims/dim.ts";
import { gradients } from "../../src/compiler/ir/autodiff.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../src/compiler/ir/plan.ts";
import { planSchema } from "../../src/compiler/schemas/plan.schema.ts";
import { expectSameBits, script, valuesFor } from "./harness.ts";

/** One step of gradient descent on a masked recurrence, with an infinite constant in it. */
function trainingPlan(): Plan {
  const b = script(graphBuilder());
  const [h, x] = [b.input("carry.0", "f32", "B"), b.input("slice.0", "f32", "B")];
  const body = b.builder.finish({ "carry.0": b.apply("tanh", b.apply("add", h, x)) });
  const s = script();
  s.builder.setOrigin({ span: { file: "a.mmx", start: 3, end: 9 }, path: "Model/rnn" });
  const w = s.variable("w", 3);
  const scaled = s.matmul(s.input("x", "f32", "T", "B", 3), w);
  const mask = s.input("mask", "f32", "T", "B");
  const lowest = s.fill(Number.NEGATIVE_INFINITY, mask);
  const top = s.max(s.apply("select", mask, scaled, lowest), 0);
  const scan = s.builder.add(
    "scan",
    [top, scaled],
    { carries: 1, sequences: 1, constants: 0, outputs: 0, reverse: false },
    { body },
  );
  const loss = s.total(s.builder.add("part", [scan], { index: 0 }));
  const [gradient] = gradients(s.builder, loss, [w]);
  if (gradient === undefined) throw new Error("the loss depends on w");
  const rate = s.fill(0.1, w);
  const next = s.apply("subtract", w, s.apply("multiply", rate, gradient));
  return makePlan("Model/step", s.builder.finish({ loss }, [{ variable: "w", value: next }]), { B: 2, T: 4 });
}

test("a plan lists what it reads and writes", () => {
  const plan = trainingPlan();
  expect(plan.inputs.map((input) => [input.name, input.shape])).toEqual([
    ["x", [4, 2, 3]],
    ["mask", [4, 2]],
  ]);
  expect(plan.variables).toEqual([{ name: "w", shape: [3], dtype: "f32", written: true }]);
  expect(plan.flops).toBeGreaterThan(0);
  expect(plan.sizes).toEqual({ B: 2, T: 4 });
});

test("JSON keeps a plan whole, infinities too, and the schema accepts it", () => {
  const plan = trainingPlan();
  const text = JSON.stringify(plan);
  expect(text).toContain('"-Infinity"');
  const read: Plan = JSON.parse(text);
  expect(read).toEqual(plan);
  const validate = new Ajv({ allErrors: true }).compile(planSchema);
  expect(validate(read), JSON.stringify(validate.errors)).toBe(true);
  const feeds = valuesFor(plan.graph, "input");
  const weights = valuesFor(plan.graph, "variable");
  const [before, after] = [interpret(plan.graph, feeds, weights), interpret(read.graph, feeds, weights)];
  expectSameBits(after.outputs, before.outputs);
  expectSameBits(after.assigned, before.assigned);
});

test.each([
  ["another version", { version: 2 }],
  ["a negative last use", { lastUse: [-1] }],
  ["nodes that are no list", { graph: { nodes: {}, outputs: {}, assignments: [] } }],
  ["an unknown member", { colour: "red" }],
])("the schema refuses %s", (_name, change) => {
  const validate = new Ajv().compile(planSchema);
  expect(validate({ ...trainingPlan(), ...change })).toBe(false);
});

test("no slot holds two living values, and every slot is large enough", () => {
  const plan = trainingPlan();
  const { nodes } = plan.graph;
  // A reshape shares its source's memory, so its readers keep the source alive.
  const root = nodes.map((_, index) => index);
  nodes.forEach((node, index) => {
    if (node.op === "reshape") root[index] = root[node.inputs[0] as number] as number;
  });
  const until = nodes.map((_, index) => index);
  nodes.forEach((_, index) => {
    const owner = root[index] as number;
    until[owner] = Math.max(until[owner] as number, plan.lastUse[index] as number);
  });
  let shared = 0;
  for (const [index, slot] of plan.slots.entries()) {
    if (slot === -1) continue;
    const bytes = 4 * (nodes[index]?.shape ?? []).reduce((product, length) => product * length, 1);
    expect(plan.slotBytes[slot]).toBeGreaterThanOrEqual(bytes);
    for (let later = index + 1; later < nodes.length; later += 1) {
      if (plan.slots[later] !== slot) continue;
      shared += 1;
      expect(until[index], `nodes ${index} and ${later} share slot ${slot}`).toBeLessThan(later);
    }
  }
  expect(shared).toBeGreaterThan(0);
});

test("lifetimes end at the last reader; outputs outlive the run", () => {
  const s = script();
  const x = s.input("x", "f32", 100);
  const y = s.apply("exp", x);
  const z = s.apply("sin", y);
  const plan = makePlan("chain", s.builder.finish({ z: s.apply("cos", z) }), {});
  expect(plan.lastUse).toEqual([1, 2, 3, 4]);
  expect(plan.slots).toEqual([-1, 0, 1, 0]);
  expect(plan.slotBytes).toEqual([400, 400]);
  expect(plan.peakBytes).toBe(800);
});

test("a product of matrices counts two operations for each multiplication", () => {
  const s = script();
  const y = s.builder.add("dot", [s.input("a", "f32", 5, 6), s.input("b", "f32", 6, 7)], { batch: [], contract: [[1, 0]] });
  expect(s.builder.shape(y)).toEqual([constantDim(5), constantDim(7)]);
  expect(makePlan("product", s.builder.finish({ y }), {}).flops).toBe(2 * 5 * 6 * 7);
});
