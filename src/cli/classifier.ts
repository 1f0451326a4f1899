// A trained run as a classifier for a pipeline: its spec compiled from what the run recorded, one sample at a time.
import type { FieldSchema } from "../compiler/compiled.ts";
import type { Dataset } from "../runtime/data/dataset.ts";
import { type Classifier, ServiceError } from "../runtime/services/service.ts";
import { openBackend } from "./backend.ts";
import type { Context } from "./context.ts";
import { openedRun } from "./run.ts";

/** Opens `mmx train`'s run directory. The model must read one field of features a sample and predict one set of classes. */
export async function openClassifier(folder: string, context: Context): Promise<Classifier> {
  const { run, spec } = await openedRun(folder, "last", {}, context);
  const { compiled } = spec;
  const model = compiled.models.find(({ name }) => name === compiled.train?.model);
  const [parameter] = model?.parameters ?? [];
  const schema = compiled.data.find(({ name }) => name === parameter?.data);
  const inputs = schema?.fields.filter(({ role }) => role === "input") ?? [];
  const [field] = inputs;
  const [prediction] = model?.predictions ?? [];
  if (parameter === undefined || schema === undefined || field === undefined || inputs.length !== 1 || field.axes.length !== 1) {
    throw new ServiceError(folder, "is no classifier of one row of features", "Train one with one input field `f32[B, F]`.");
  }
  if (prediction?.task !== "classes")
    throw new ServiceError(folder, "predicts no classes", "Train a model whose target is labels.");
  const { wholePart } = await import("../runtime/data/dataset.ts");
  const { predictRun } = await import("../runtime/train/trained-run.ts");
  const { executor } = await openBackend("wasm", compiled, "test");
  const size = field.axes[0]?.size.key ?? "";
  const width = /^\d+$/.test(size) ? Number(size) : (run.config.sizes[size] ?? 0);
  const scaling = run.statistics[schema.name]?.[field.name];
  return {
    identity: `mmx run ${run.config.planHash}`,
    width,
    async classify(features) {
      const values = features.map((value, at) =>
        scaling === undefined ? value : (value - (scaling.mean[at] ?? 0)) * (scaling.scale[at] ?? 1),
      );
      const dataset = oneSample(schema, field, values, { [size]: width });
      const sources = [{ parameter: parameter.name, parts: [{ dataset, part: wholePart }], without: parameter.without }];
      const [predicted] = await predictRun({ run, spec: compiled, sources, executor });
      return String(predicted?.columns[0]?.values[0]);
    },
  };
}

function oneSample(
  schema: Dataset["schema"],
  field: FieldSchema,
  values: Float32Array,
  sizes: Readonly<Record<string, number>>,
): Dataset {
  return {
    schema,
    path: "the pipeline's text",
    checksum: "",
    count: 1,
    sizes,
    fields: new Map([[field.name, { field, shape: [1, values.length], values, present: undefined }]]),
    lengths: new Map(),
    parts: { all: Int32Array.of(0) },
    statistics: {},
    warnings: [],
  };
}
