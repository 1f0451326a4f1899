// Compares a lowered graph, run by the loops' own float64 reference, with the interpreter of the graph itself.
import { expect } from "vitest";
import type { StaticGraph } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { evaluateProgram } from "../../src/compiler/loops/evaluate.ts";
import type { KernelProgram } from "../../src/compiler/loops/kernel.ts";
import { lower } from "../../src/compiler/loops/lower/index.ts";
import type { Reference } from "../../src/compiler/ops/operation.ts";
import { wave } from "../executors/samples.ts";

export type Values = Readonly<Record<string, Reference>>;

/** Values for every input and variable of a graph: waves, small whole numbers for i32, and what `given` says. */
export function valuesOf(graph: StaticGraph, op: "input" | "variable", given: Values = {}): Record<string, Reference> {
  const values: Record<string, Reference> = {};
  for (const { op: own, attributes, shape, dtype } of graph.nodes) {
    const name = String(attributes.name);
    if (own !== op || values[name] !== undefined) continue;
    const length = shape.reduce((total, size) => total * size, 1);
    const phase = Object.keys(values).length * 0.37 + (op === "input" ? 0.5 : 0.1);
    const drawn = wave(length, phase);
    const data = drawn.map((value) =>
      dtype === "i32" ? Math.floor((value + 1) * 1.5) : name.includes(":") ? 0.02 + 0.01 * value : value,
    );
    values[name] = given[name] ?? { shape, dtype, data: Float64Array.from(data) };
  }
  return values;
}

/** Lowers the graph and checks that outputs and variables come out as the interpreter has them; literals are float32 there. */
export function expectAgreement(graph: StaticGraph, inputs: Values, variables: Values): KernelProgram {
  const program = lower(graph, "test");
  const expected = interpret(graph, inputs, variables);
  const arrays = (values: Values) => Object.fromEntries(Object.entries(values).map(([name, { data }]) => [name, data]));
  const found = evaluateProgram(program, { inputs: arrays(inputs), variables: arrays(variables) });
  for (const [name, { data }] of Object.entries(expected.outputs)) expectClose(name, found.outputs[name], data);
  for (const [name, { data }] of Object.entries(expected.assigned)) expectClose(name, found.variables[name], data);
  return program;
}

function expectClose(name: string, actual: Float64Array | undefined, expected: Float64Array): void {
  expect(actual?.length, name).toBe(expected.length);
  const found = actual as Float64Array;
  const isWrong = (value: number, at: number): boolean => {
    const entry = found[at] as number;
    if (!Number.isFinite(value)) return !Object.is(entry, value);
    return !(Math.abs(entry - value) <= 1e-6 * Math.max(1, Math.abs(value)));
  };
  const wrong = expected.findIndex(isWrong);
  expect(wrong, `${name}[${wrong}] is ${found[wrong]} instead of ${expected[wrong]}`).toBe(-1);
}
