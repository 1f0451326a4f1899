// Emitted TypeScript computes what the float64 interpreter computes, for every primitive and for whole specs; it has no type
// errors, and reads as the model does.
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { transformSync } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import type { CompiledModel } from "../../src/compiler/compiled.ts";
import { constantDim, type Dim, evaluateDim } from "../../src/compiler/dims/dim.ts";
import { emitTypescript } from "../../src/compiler/emit/typescript/module.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { graphBuilder } from "../../src/compiler/ir/builder.ts";
import type { Attributes, SymbolicGraph } from "../../src/compiler/ir/graph.ts";
import { makePlan } from "../../src/compiler/ir/make-plan.ts";
import { specialise } from "../../src/compiler/ir/specialise.ts";
import { operations } from "../../src/compiler/ops/index.ts";
import type { Operation, OperationSample } from "../../src/compiler/ops/operation.ts";
import type { Feeds, HostTensor } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { plainPlan, sampleFeeds, wave } from "../executors/samples.ts";

type Tensors = Record<string, tf.Tensor>;
interface Emitted {
  forward(batch: Tensors, weights: Tensors, sizes: Record<string, number>): { predictions: Tensors; losses: Tensors };
}

beforeAll(async () => {
  await tf.setBackend("cpu");
});

/** The emitted module, loaded. */
function loaded(text: string): Emitted {
  const { code } = transformSync(text, { loader: "ts", format: "cjs", target: "node20" });
  const module: { exports: Partial<Emitted> } = { exports: {} };
  new Function("require", "module", "exports", code)(() => tf, module, module.exports);
  return module.exports as Emitted;
}

function modelOf(name: string, evaluation: SymbolicGraph): CompiledModel {
  return {
    name,
    doc: undefined,
    parameters: [],
    variables: [],
    losses: [],
    predictions: [],
    evaluation,
    prediction: evaluation,
    values: [],
  };
}

const tensorOf = ({ data, shape, dtype }: HostTensor): tf.Tensor =>
  tf.tensor(Array.from(data), [...shape], dtype === "i32" ? "int32" : "float32");

function expectClose(found: tf.Tensor | undefined, expected: HostTensor | undefined, tolerance: number, what: string): void {
  if (found === undefined || expected === undefined) throw new Error(`${what} is missing`);
  expect(found.shape, what).toEqual(expected.shape);
  const values = found.dataSync();
  expected.data.forEach((value, at) => {
    const difference = Math.abs((values[at] ?? Number.NaN) - value);
    const close = Object.is(values[at], value) || difference <= tolerance * Math.max(1, Math.abs(value));
    expect(close, `${what}[${at}]: ${values[at]} should be ${value}`).toBe(true);
  });
}

describe("every primitive", () => {
  const cases = operations.flatMap((operation) =>
    operation.samples
      .filter(() => operation.name !== "random")
      .map((sample, at) => [`${operation.name} ${at}`, operation, sample] as const),
  );

  test.each(cases)("%s", async (name, operation, sample) => {
    const graph = sampleGraph(operation, sample);
    const feeds = sampleFeeds(sample);
    const expected = await run(plainPlan(name, specialise(graph, {})), feeds, {});
    const { forward } = loaded(await emitTypescript(modelOf("Sample", graph), { version: "0", sources: new Map() }));
    const { predictions } = forward(tensorsOf(feeds), {}, {});
    expectClose(predictions.value, expected["predict.value"], operation.tolerance ?? 1e-5, name);
  });
});

function sampleGraph(operation: Operation, sample: OperationSample): SymbolicGraph {
  const builder = graphBuilder();
  const inputs = sample.inputs.map(({ shape, dtype = "f32" }, at) =>
    builder.add("input", [], { name: String(at), sizes: shape.map(constantDim), dtype }),
  );
  const node = builder.add(operation.name, inputs, (sample.attributes ?? {}) as unknown as Attributes<Dim>);
  return builder.finish({ "predict.value": node });
}

async function run(
  plan: Parameters<Awaited<ReturnType<ReturnType<typeof interpreterExecutor>["open"]>>["load"]>[0],
  feeds: Feeds,
  weights: Feeds,
) {
  const session = await interpreterExecutor().open();
  for (const [name, value] of Object.entries(weights)) session.write(name, value);
  return (await session.load(plan)).run(feeds);
}

const tensorsOf = (feeds: Feeds): Tensors =>
  Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, tensorOf(value)]));

const recurrent = `mmx 1
use std.recurrent
dim T <= 20 ragged
data clips {
  text: f32[B, T, 3]
  mood: target f32[B]
}
model Reader(clip: clips) {
  score = clip.text |> GRU(4) |> mean(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)
}
`;

const optional = `mmx 1
use std.attention, std.recurrent
dim T <= 20 ragged, D = 4
labels Kind = low | high
data clips {
  text:  f32[B, T, 3] optional
  audio: f32[B, 2] optional
  kind:  target Kind[B]
}
model Fuse(clip: clips) {
  read  = clip.text |> Linear(D) |> Attention(heads: 2) |> GRU(D) |> mean(over: T)
  heard = clip.audio |> Linear(D) |> tanh()
  fused = (read else 0) + (heard else 0)
  score = fused |> Linear(Kind)
  predict kind = score
  loss task = cross_entropy(score, clip.kind)
  loss near = mse(read, heard)
}
`;

const specs: readonly (readonly [string, string, Readonly<Record<string, number>>])[] = [
  ["digits", readFileSync("examples/digits/digits.mmx", "utf8"), { B: 3, P: 6 }],
  ["mmcl", readFileSync("examples/mmcl/mmcl.mmx", "utf8"), { B: 4, Ft: 5, Fa: 3, Fv: 4, samples: 8 }],
  ["a loop", recurrent, { B: 3, T: 5 }],
  ["modalities that may be absent", optional, { B: 4, T: 3 }],
];

/** What the specs use. */
const used = { "model.mmx": readFileSync("examples/mmcl/model.mmx", "utf8") };

function checkedModel(name: string, text: string) {
  const { compiled, diagnostics, sources } = checkSpec(memoryHost({ ...used, "spec.mmx": text }), "spec.mmx");
  const model = compiled?.models[0];
  if (model === undefined) throw new Error(`${name} has errors: ${diagnostics.map(({ message }) => message).join("; ")}`);
  return { model, sources };
}

test.each(specs)(
  "the module of %s gives the executor's predictions and losses, and says which line made what",
  async (name, text, sizes) => {
    const { model, sources } = checkedModel(name, text);
    const graph = model.evaluation;
    const plan = makePlan(name, graph, sizes);
    const feeds: Record<string, HostTensor> = {};
    const weights: Record<string, HostTensor> = {};
    for (const { op, attributes, shape, dtype } of graph.nodes) {
      if (op !== "input" && op !== "variable") continue;
      const key = String(attributes.name);
      (op === "input" ? feeds : weights)[key] = filled(
        key,
        shape.map((size) => evaluateDim(size, sizes)),
        dtype,
        sizes,
      );
    }
    const expected = await run(plan, feeds, weights);
    const emitted = await emitTypescript(model, { version: "0", sources });
    expect(emitted).toMatch(/\/\/ spec\.mmx:\d+ {2}\S/);
    const { predictions, losses } = loaded(emitted).forward(tensorsOf(feeds), tensorsOf(weights), { ...sizes });
    expect(
      [...Object.keys(predictions).map((key) => `predict.${key}`), ...Object.keys(losses).map((key) => `loss.${key}`)].sort(),
    ).toEqual(Object.keys(expected).sort());
    for (const [key, value] of Object.entries(predictions))
      expectClose(value, expected[`predict.${key}`], 1e-4, `predict.${key}`);
    for (const [key, value] of Object.entries(losses)) expectClose(value, expected[`loss.${key}`], 1e-4, `loss.${key}`);
  },
);

test("emitted modules have no type errors under the strictest settings", async () => {
  const { Project, ts } = await import("ts-morph");
  const project = new Project({
    skipFileDependencyResolution: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      strict: true,
      noUncheckedIndexedAccess: true,
      noImplicitReturns: true,
      noUnusedLocals: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: true,
      noEmit: true,
      types: [],
    },
  });
  const everything = graphOfAll();
  const models = [...specs.map(([name, text]) => checkedModel(name, text).model), modelOf("Everything", everything)];
  for (const [at, model] of models.entries()) {
    const text = await emitTypescript(model, { version: "0", sources: new Map() });
    project.createSourceFile(`emitted-${at}.ts`, text);
  }
  const faults = project.getPreEmitDiagnostics().map((diagnostic) => {
    const line = diagnostic.getSourceFile()?.getFullText().split("\n")[(diagnostic.getLineNumber() ?? 1) - 1];
    return `${ts.flattenDiagnosticMessageText(diagnostic.compilerObject.messageText, " ")}: ${line?.trim()}`;
  });
  expect(faults).toEqual([]);
}, 60_000);

/** Every primitive's first sample in one graph, so that every form of expression and every helper is there. */
function graphOfAll(): SymbolicGraph {
  const builder = graphBuilder();
  const outputs: Record<string, number> = {};
  for (const operation of operations) {
    const [sample] = operation.samples;
    if (sample === undefined || sample.body !== undefined) continue;
    const inputs = sample.inputs.map(({ shape, dtype = "f32" }, at) =>
      builder.add("input", [], { name: `${operation.name}.${at}`, sizes: shape.map(constantDim), dtype }),
    );
    const attributes = (sample.attributes ?? {}) as unknown as Attributes<Dim>;
    outputs[`predict.${operation.name}`] = builder.add(operation.name, inputs, attributes);
  }
  return builder.finish(outputs);
}

test("the module reads as the model does", async () => {
  const { model, sources } = checkedModel("modalities that may be absent", optional);
  const text = await emitTypescript(model, { version: "0", sources });
  const start = text.indexOf("export function forward");
  const body = text.slice(start, text.indexOf("\n}\n", start));
  // Sums of products nest, names are the bindings', no line is long, and nothing is stretched that tfjs stretches itself.
  expect(body).toContain(`  // spec.mmx:12  heard = clip.audio |> Linear(D) |> tanh()
  const heardLinear = tf.add(
    tf.matMul(batch["clip.audio"], weights["Fuse/heard/Linear.weight"]),
    weights["Fuse/heard/Linear.offset"],
  );
  const heard = tf.tanh(heardLinear);
`);
  expect(body).toContain(`  const readLinear = tf.add(
    tf.matMul(batch["clip.text"], weights["Fuse/read/Linear.weight"]),`);
  expect(body).toMatch(/\/\/ spec\.mmx:13 {2}fused = \(read else 0\) \+ \(heard else 0\)\n {2}const fused = tf\.add\(/);
  expect(body.split("\n").filter((line) => line.length > 125 && !line.includes("//"))).toEqual([]);
  for (const [, name] of body.matchAll(/const (\w+) =/g))
    expect(body.split(new RegExp(`\\b${name}\\b`)).length, name).toBeGreaterThan(2);
});

/** Values for an input or a weight: lengths from 1 up, presence 1 or 0, class numbers 0 and 1, else a wave. */
function filled(
  name: string,
  shape: readonly number[],
  dtype: "f32" | "i32",
  sizes: Readonly<Record<string, number>>,
): HostTensor {
  const count = shape.reduce((product, size) => product * size, 1);
  if (name.includes("#present"))
    return { shape, dtype, data: Float32Array.from({ length: count }, (_, at) => ((at + name.length) % 3 === 2 ? 0 : 1)) };
  const length = /#length\.(\w+)/.exec(name)?.[1];
  if (length !== undefined)
    return { shape, dtype, data: Int32Array.from({ length: count }, (_, at) => 1 + (at % (sizes[length] ?? 1))) };
  if (dtype === "i32") return { shape, dtype, data: Int32Array.from({ length: count }, (_, at) => at % 2) };
  return { shape, dtype, data: Float32Array.from(wave(count, name.length), (value) => 0.3 * value) };
}
