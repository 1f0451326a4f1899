// Gradients that reach through TypeScript operations, against central differences of the loss in the float64 interpreter.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { CompiledSpec } from "../../src/compiler/compiled.ts";
import { evaluateDim } from "../../src/compiler/dims/dim.ts";
import { gradients } from "../../src/compiler/ir/autodiff.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { StaticGraph } from "../../src/compiler/ir/graph.ts";
import { interpret } from "../../src/compiler/ir/interpret.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import type { Reference } from "../../src/compiler/ops/operation.ts";
import { loadExtensions } from "../../src/runtime/extensions/load.ts";
import { wave } from "../executors/samples.ts";
import { compiled, declaring } from "./spec.ts";

const sizes = { B: 3, T: 4, samples: 3 };

/** The model's loss, and `gradient.WEIGHT` for every weight that it depends on. */
function lossAndGradients(spec: CompiledSpec): StaticGraph {
  const evaluation = spec.models[0]?.evaluation;
  const loss = evaluation?.outputs["loss.task"];
  if (evaluation === undefined || loss === undefined) throw new Error("no loss");
  const builder = graphBuilder(evaluation.nodes);
  const weights = evaluation.nodes.flatMap(({ op }, at) => (op === "variable" ? [at] : []));
  const outputs: Record<string, number> = { loss };
  gradients(builder, loss, weights).forEach((gradient, at) => {
    const name = evaluation.nodes[weights[at] ?? -1]?.attributes.name;
    if (gradient !== undefined) outputs[`gradient.${String(name)}`] = gradient;
  });
  return specialise(builder.finish(outputs), sizes);
}

function values(graph: StaticGraph, op: "input" | "variable"): Record<string, Reference> {
  const found: Record<string, Reference> = {};
  for (const { op: own, attributes, shape, dtype } of graph.nodes) {
    if (own !== op) continue;
    const name = String(attributes.name);
    const count = shape.reduce((product, size) => product * size, 1);
    const whole = name.includes("#length") || name.includes("#present");
    const data = whole ? new Float64Array(count).fill(1) : Float64Array.from(wave(count, name.length));
    found[name] = { shape, dtype, data };
  }
  return found;
}

async function expectTrueGradients(spec: CompiledSpec, calls: number): Promise<void> {
  const extensions = await loadExtensions(spec, { training: true });
  const graph = lossAndGradients(spec);
  expect(graph.nodes.filter(({ op, attributes }) => op === "extension" && attributes.gradientOf !== undefined)).toHaveLength(
    calls,
  );
  const feeds = values(graph, "input");
  const weights = values(graph, "variable");
  const { outputs } = interpret(graph, feeds, weights, { extensions });
  const step = 1e-5;
  let compared = 0;
  for (const [name, { data, shape, dtype }] of Object.entries(weights)) {
    const gradient = outputs[`gradient.${name}`];
    const lossAt = (at: number, moved: number): number => {
      const changed = Float64Array.from(data);
      changed[at] = (changed[at] ?? 0) + moved;
      const loss = interpret(graph, feeds, { ...weights, [name]: { shape, dtype, data: changed } }, { extensions }).outputs.loss;
      return loss?.data[0] ?? Number.NaN;
    };
    data.forEach((_, at) => {
      const difference = (lossAt(at, step) - lossAt(at, -step)) / (2 * step);
      expect(gradient?.data[at], `${name}[${at}]`).toBeCloseTo(difference, 6);
      compared += 1;
    });
  }
  const count = spec.models[0]?.variables.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * evaluateDim(size, sizes), 1),
    0,
  );
  expect(compared).toBe(count);
}

test("the example's swish, with a number beside its tensor", async () => {
  const source = readFileSync("examples/extension/swish.ts", "utf8").replaceAll("swish", "own");
  await expectTrueGradients(compiled("own(h, beta: 1.5)", source), 1);
});

test("one tensor: the gradient is given by itself", async () => {
  const rules = `forward(x) { return Array.from(x.data, (value) => Math.sin(value)); },
    gradient(x, _result, g) { return Array.from(x.data, (value, at) => Math.cos(value) * g.data[at]); },`;
  await expectTrueGradients(compiled("own(h)", declaring(rules)), 1);
});

test("two tensors: a gradient each", async () => {
  const rules = `forward(x, y) { return Array.from(x.data, (value, at) => value * y.data[at] ** 2); },
    gradient(x, y, _result, g) {
      return [
        Array.from(y.data, (value, at) => value ** 2 * g.data[at]),
        Array.from(y.data, (value, at) => 2 * value * x.data[at] * g.data[at]),
      ];
    },`;
  await expectTrueGradients(compiled("own(h, g)", declaring(rules, "own(x: f32[...], y: f32[...]) -> f32[...]")), 2);
});

test("an operation that mixes the axis its signature names", async () => {
  const rules = `forward(x) { return centred(x, x.data); },
    gradient(x, _result, g) { return centred(x, g.data); },`;
  const centred = `function centred(x: { shape: readonly number[] }, data: ArrayLike<number>): number[] {
    const width = x.shape[x.shape.length - 1] ?? 1;
    return Array.from(data, (value, at) => {
      const row = at - (at % width);
      let sum = 0;
      for (let k = 0; k < width; k += 1) sum += data[row + k] ?? 0;
      return value - sum / width;
    });
  }\n`;
  await expectTrueGradients(compiled("own(h)", declaring(rules, "own(x: f32[..., D]) -> f32[..., D]") + centred), 1);
});
