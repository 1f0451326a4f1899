// What the IR tests share: building small programs over variables, and checking every gradient of a loss two ways.
import { expect } from "vitest";
import { constantDim, type Dim, isDim, type Sizes, symbolDim } from "../../src/compiler/dims/dim.ts";
import { gradients } from "../../src/compiler/ir/autodiff.ts";
import { type GraphBuilder, graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { DType, StaticGraph } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { sequence } from "../../src/compiler/ir/random.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { verify } from "../../src/compiler/ir/verify.ts";
import type { Reference } from "../../src/compiler/ops/operation.ts";
import { optimise } from "../../src/compiler/passes/pipeline.ts";

export const size = (value: number | string | Dim): Dim =>
  isDim(value) ? value : typeof value === "number" ? constantDim(value) : symbolDim(value);

/** Short names for the nodes that the test programs are made of. */
export interface Script {
  readonly builder: GraphBuilder;
  variable(name: string, ...sizes: (number | string)[]): number;
  input(name: string, dtype: DType, ...sizes: (number | string)[]): number;
  apply(op: string, ...inputs: number[]): number;
  sum(x: number, ...axes: number[]): number;
  max(x: number, ...axes: number[]): number;
  /** x repeated to the shape of `like`; its axes become these ones. */
  spread(x: number, like: number, ...axes: number[]): number;
  matmul(a: number, b: number): number;
  fill(value: number, like: number): number;
  /** The sum of all entries. */
  total(x: number): number;
}

export function script(builder: GraphBuilder = graphBuilder()): Script {
  const reduce =
    (op: string) =>
    (x: number, ...axes: number[]) =>
      builder.add(op, [x], { axes });
  return {
    builder,
    variable: (name, ...sizes) => builder.add("variable", [], { name, sizes: sizes.map(size), dtype: "f32" }),
    input: (name, dtype, ...sizes) => builder.add("input", [], { name, sizes: sizes.map(size), dtype }),
    apply: (op, ...inputs) => builder.add(op, inputs),
    sum: reduce("sum"),
    max: reduce("max"),
    spread: (x, like, ...axes) => builder.add("broadcast", [x], { sizes: builder.shape(like), axes }),
    matmul: (a, b) => builder.add("dot", [a, b], { batch: [], contract: [[builder.shape(a).length - 1, 0]] }),
    fill: (value, like) => builder.add("constant", [], { value, sizes: builder.shape(like), dtype: "f32" }),
    total: (x) => builder.add("sum", [x], { axes: builder.shape(x).map((_, axis) => axis) }),
  };
}

/** Values for every input and variable of a graph; whole numbers below 4 for i32. */
export function valuesFor(graph: StaticGraph, op: "input" | "variable"): Record<string, Reference> {
  const values: Record<string, Reference> = {};
  for (const node of graph.nodes) {
    if (node.op !== op) continue;
    const name = String(node.attributes.name);
    const random = sequence(2, name);
    const count = node.shape.reduce((product, length) => product * length, 1);
    const data = Float64Array.from({ length: count }, () => (node.dtype === "i32" ? random.integer(4) : random.normal()));
    values[name] = { shape: node.shape, dtype: node.dtype, data };
  }
  return values;
}

/**
 * Checks the gradients of the scalar `loss` for the given variables against central differences, and that the optimised
 * graph (verified between passes) gives the same bits as the plain one. Gives both graphs.
 */
export function checkGradients(
  { builder }: Script,
  loss: number,
  variables: readonly number[],
  sizes: Sizes = {},
): { readonly plain: StaticGraph; readonly optimised: StaticGraph } {
  const found = gradients(builder, loss, variables);
  const names = variables.map((variable) => String(builder.nodes[variable]?.attributes.name));
  const outputs: Record<string, number> = { loss };
  found.forEach((gradient, k) => {
    if (gradient === undefined) throw new Error(`the loss does not depend on ${names[k]}`);
    outputs[`d ${names[k]}`] = gradient;
  });
  const symbolic = builder.finish(outputs);
  expect(verify(symbolic)).toEqual([]);
  const plain = specialise(symbolic, sizes);
  expect(verify(plain)).toEqual([]);
  const optimised = optimise(plain, { verifyBetween: true });
  const feeds = valuesFor(plain, "input");
  const weights = valuesFor(plain, "variable");
  const results = interpret(plain, feeds, weights).outputs;
  expectSameBits(interpret(optimised, feeds, weights).outputs, results);

  const forward = optimise(specialise(builder.finish({ loss }), sizes));
  const lossAt = (changed: Record<string, Reference>): number =>
    interpret(forward, feeds, { ...weights, ...changed }).outputs.loss?.data[0] ?? Number.NaN;
  for (const name of names) {
    const value = weights[name] as Reference;
    const gradient = results[`d ${name}`] as Reference;
    expect(gradient.shape).toEqual(value.shape);
    value.data.forEach((entry, at) => {
      const moved = (by: number): Record<string, Reference> => {
        const data = Float64Array.from(value.data);
        data[at] = entry + by;
        return { [name]: { ...value, data } };
      };
      const step = 1e-5;
      const expected = (lossAt(moved(step)) - lossAt(moved(-step))) / (2 * step);
      const difference = Math.abs((gradient.data[at] as number) - expected);
      expect(difference, `d ${name}[${at}]: ${gradient.data[at]} against ${expected}`).toBeLessThan(
        1e-6 * (1 + Math.abs(expected)),
      );
    });
  }
  return { plain, optimised };
}

export function expectSameBits(actual: Record<string, Reference>, expected: Record<string, Reference>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, value] of Object.entries(expected)) {
    expect(actual[name]?.shape).toEqual(value.shape);
    // x + 0 may lose the sign of a zero.
    expect(actual[name]?.data.map((entry) => entry + 0)).toEqual(value.data.map((entry) => entry + 0));
  }
}
