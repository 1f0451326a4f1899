// A small spec compiled by hand, with everything a resumed training must bring back: two stages, noise, modality drop, a bank
// keyed by sample, momentum and Adam slots, early stop and best weights.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  CompiledModel,
  CompiledSpec,
  DataSchema,
  FieldSchema,
  StageProgram,
  VariableDeclaration,
} from "../../src/compiler/compiled.ts";
import { constantDim, type Dim, symbolDim } from "../../src/compiler/dims/dim.ts";
import { type GraphBuilder, graphBuilder } from "../../src/compiler/ir/builder.ts";
import { hashKey, sequence } from "../../src/compiler/ir/random.ts";
import type { Span } from "../../src/compiler/source/span.ts";
import type { OptimizerSettings } from "../../src/compiler/train/optimizers/index.ts";
import { buildUpdate } from "../../src/compiler/train/training-graph.ts";
import { columnsOf } from "../../src/runtime/data/formats/format.ts";
import { writeNpz } from "../../src/runtime/data/formats/write.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import type { Datasets } from "../../src/runtime/train/run-context.ts";

const path = "tiny.mmx";
export const tinyText = `mmx 1
data toy { x: f32[B, F]  z: f32[B, G] optional  y: target f32[B] }
model Tiny(clip: toy) {
  score = log(clip.x |> Linear(1))
  predict y = score
  loss task = mse(score, clip.y)
}
`;

/** The place of a piece of the text, for origins. */
function spanOf(piece: string): Span {
  const start = tinyText.indexOf(piece);
  return { file: path, start, end: start + piece.length };
}

const batch = symbolDim("B");
const width = symbolDim("F");
const samples = symbolDim("samples");
const hidden = constantDim(4);
const extra = constantDim(2);

export interface TinyOptions {
  /** Stop and keep by the validation error. */
  readonly watch?: boolean;
  readonly epochs?: number;
  /** Takes the logarithm of the score, which falls below 0 at once. */
  readonly logarithm?: boolean;
  readonly learningRate?: number;
  readonly seeds?: number;
  readonly batch?: number;
}

const weight = (name: string, shape: readonly Dim[], initializer: VariableDeclaration["initializer"]): VariableDeclaration => ({
  name,
  shape,
  dtype: "f32",
  initializer,
  kind: "weight",
  span: undefined,
});

export const tinyVariables: readonly VariableDeclaration[] = [
  weight("Tiny/In.weight", [width, hidden], { kind: "glorot", fanIn: width, fanOut: hidden }),
  weight("Tiny/In.bias", [hidden], { kind: "constant", value: 0 }),
  weight("Tiny/Side.weight", [extra, hidden], { kind: "fan_in", fanIn: extra }),
  weight("Tiny/Out.weight", [hidden], { kind: "normal", deviation: 0.5 }),
  {
    name: "Tiny/seen",
    shape: [samples],
    dtype: "f32",
    initializer: { kind: "column", parameter: "clip", field: "y" },
    kind: "bank",
    span: undefined,
  },
];

interface Forward {
  readonly score: number;
  readonly loss: number | undefined;
  readonly variables: ReadonlyMap<string, number>;
}

function forward(builder: GraphBuilder, mode: "train" | "evaluate" | "predict", options: TinyOptions): Forward {
  const input = (name: string, sizes: readonly Dim[], dtype: "f32" | "i32" = "f32"): number =>
    builder.add("input", [], { name, sizes, dtype });
  const variables = new Map(
    tinyVariables.map(({ name, shape, dtype }) => [name, builder.add("variable", [], { name, sizes: shape, dtype })] as const),
  );
  const variable = (name: string): number => variables.get(name) as number;
  const spread = (node: number, sizes: readonly Dim[], axes: readonly number[]): number =>
    builder.add("broadcast", [node], { sizes, axes });
  builder.setOrigin({ span: spanOf("clip.x |> Linear(1)"), path: "Tiny/In" });
  const side = builder.add("multiply", [
    input("clip.z", [batch, extra]),
    spread(input("clip#present.z", [batch]), [batch, extra], [0]),
  ]);
  const product = { batch: [], contract: [[1, 0]] };
  let inner = builder.add("add", [
    builder.add("dot", [input("clip.x", [batch, width]), variable("Tiny/In.weight")], product),
    spread(variable("Tiny/In.bias"), [batch, hidden], [1]),
  ]);
  inner = builder.add("add", [inner, builder.add("dot", [side, variable("Tiny/Side.weight")], product)]);
  inner = builder.add("tanh", [inner]);
  if (mode === "train") {
    const noise = builder.add("random", [input("#seed", [], "i32"), input("#step", [], "i32")], {
      distribution: "normal",
      key: hashKey("Tiny/noise"),
      sizes: [batch, hidden],
      strides: [hidden, constantDim(1)],
    });
    const scale = builder.add("constant", [], { value: 0.05, sizes: [batch, hidden], dtype: "f32" });
    inner = builder.add("add", [inner, builder.add("multiply", [noise, scale])]);
  }
  let score = builder.add("dot", [inner, variable("Tiny/Out.weight")], product);
  if (options.logarithm === true) {
    builder.setOrigin({ span: spanOf("log(clip.x |> Linear(1))"), path: "Tiny" });
    score = builder.add("log", [score]);
  }
  if (mode === "predict") return { score, loss: undefined, variables };
  builder.setOrigin({ span: spanOf("mse(score, clip.y)"), path: "Tiny" });
  const difference = builder.add("subtract", [score, input("clip.y", [batch])]);
  const squares = builder.add("sum", [builder.add("multiply", [difference, difference])], { axes: [0] });
  const ones = builder.add("sum", [builder.add("constant", [], { value: 1, sizes: [batch], dtype: "f32" })], { axes: [0] });
  return { score, loss: builder.add("divide", [squares, ones]), variables };
}

function stage(name: string, settings: OptimizerSettings, options: TinyOptions, more: Partial<StageProgram>): StageProgram {
  const builder = graphBuilder();
  const { loss, score, variables } = forward(builder, "train", options);
  const total = loss as number;
  const trainable = tinyVariables.filter(({ kind }) => kind === "weight");
  const scalar = (input: string): number => builder.add("input", [], { name: input, sizes: [], dtype: "f32" });
  const update = buildUpdate(builder, {
    total,
    weights: trainable.map((each) => ({
      name: each.name,
      node: variables.get(each.name) as number,
      shape: each.shape,
      settings,
    })),
    clip: { kind: "norm", limit: 1 },
    stage: name,
    rate: scalar("#rate"),
    update: scalar("#update"),
  });
  const index = builder.add("input", [], { name: "clip#index", sizes: [batch], dtype: "i32" });
  const seen = builder.add("scatter_set", [variables.get("Tiny/seen") as number, index, builder.add("stop", [score])]);
  const watch = { split: "valid", metric: "mae", better: "lower" } as const;
  return {
    name,
    doc: undefined,
    epochs: options.epochs ?? 3,
    batch: options.batch ?? 8,
    graph: builder.finish({ "loss.task": total, total, gradient_norm: update.gradientNorm }, [
      ...update.assignments,
      { variable: "Tiny/seen", value: seen },
    ]),
    slots: update.slots,
    trainable: trainable.map((each) => each.name),
    losses: ["task"],
    schedule: { kind: "cosine", warmup: 0.1, to: 0.1 },
    drop: { "clip.z": 0.3 },
    stop: options.watch === true ? { on: watch, patience: 2 } : undefined,
    keep: options.watch === true ? { kind: "best", on: watch } : { kind: "last" },
    span: spanOf("model"),
    ...more,
  };
}

const field = (name: string, role: FieldSchema["role"], axes: readonly Dim[], optional = false): FieldSchema => ({
  name,
  role,
  element: "f32",
  axes: axes.map((size) => ({ size, name: undefined, ragged: false })),
  optional,
  range: undefined,
  labels: undefined,
  column: name,
  span: spanOf(`${name}:`),
});

export function tinySpec(options: TinyOptions = {}): CompiledSpec {
  const target = field("y", "target", []);
  const data: DataSchema = {
    name: "toy",
    doc: undefined,
    fields: [field("x", "input", [width]), field("z", "input", [extra], true), target],
    file: undefined,
    split: { kind: "column", column: "fold", parts: { train: [0], valid: [1], test: [2] } },
    standardise: ["x"],
    span: spanOf("data toy"),
  };
  const evaluation = graphBuilder();
  const evaluated = forward(evaluation, "evaluate", options);
  const prediction = graphBuilder();
  const predicted = forward(prediction, "predict", options);
  const model: CompiledModel = {
    name: "Tiny",
    doc: "A tiny regression.",
    parameters: [{ name: "clip", data: "toy", without: [] }],
    variables: tinyVariables,
    losses: ["task"],
    predictions: [{ name: "y", parameter: "clip", field: target, task: "regression" }],
    evaluation: evaluation.finish({ "predict.y": evaluated.score, "loss.task": evaluated.loss as number }),
    prediction: prediction.finish({ "predict.y": predicted.score }),
    values: [],
  };
  const lr = options.learningRate ?? 0.02;
  const metric = (name: string) => ({ name, options: {}, span: spanOf("loss") });
  return {
    files: [{ path, text: tinyText }],
    data: [data],
    models: [model],
    train: {
      model: "Tiny",
      on: { clip: ["toy"] },
      seed: 7,
      batch: 8,
      stages: [
        stage("warm", { name: "sgd", lr, momentum: 0.9 }, options, { stop: undefined, keep: { kind: "last" } }),
        stage("main", { name: "adamw", lr }, options, {}),
      ],
      span: spanOf("model"),
    },
    evaluate: {
      model: "Tiny",
      on: { clip: { data: "toy", split: "test" } },
      metrics: [metric("mae"), metric("pearson"), metric("acc2")],
      seeds: options.seeds ?? 1,
      missing: [
        { kind: "subsets", subsets: [[], ["z"]] },
        { kind: "rates", rates: [0.5] },
      ],
      span: spanOf("model"),
    },
    pipelines: [],
    dimensions: [],
  };
}

/** 57 samples: 41 train (so the last batch of 8 holds one), 8 valid, 8 test; y depends on x and on z. */
export async function tinyDatasets(spec: CompiledSpec): Promise<Datasets> {
  const folder = await mkdtemp(join(tmpdir(), "mmx-tiny-"));
  const random = sequence(3, "tiny data");
  const count = 57;
  const x = Float32Array.from({ length: count * 3 }, () => random.normal() * 2 + 1);
  const z = Float32Array.from({ length: count * 2 }, () => random.normal());
  for (let row = 0; row < count; row += 5) z.fill(Number.NaN, row * 2, row * 2 + 2);
  const at = (values: Float32Array, index: number): number => values[index] ?? Number.NaN;
  const y = Float32Array.from({ length: count }, (_, row) => {
    const side = row % 5 === 0 ? 0 : at(z, row * 2);
    return 0.6 * at(x, row * 3) - 0.4 * at(x, row * 3 + 1) + 0.3 * side;
  });
  const fold = Int32Array.from({ length: count }, (_, row) => (row < 41 ? 0 : row < 49 ? 1 : 2));
  const file = join(folder, "toy.npz");
  await writeNpz(
    file,
    columnsOf([
      { name: "x", type: "f32", shape: [count, 3], values: x },
      { name: "z", type: "f32", shape: [count, 2], values: z },
      { name: "y", type: "f32", shape: [count], values: y },
      { name: "fold", type: "i32", shape: [count], values: fold },
    ]),
  );
  const [schema] = spec.data;
  if (schema === undefined) throw new RangeError("the spec has no data");
  return { toy: await loadDataset(schema, file, { dimensions: spec.dimensions }) };
}
