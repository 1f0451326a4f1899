// Runs a model over a part of the data in evaluation mode and computes the metrics that were asked for.
import type { CompiledModel } from "../../compiler/compiled.ts";
import type { SymbolicGraph } from "../../compiler/ir/graph.ts";
import { type Batch, type BatchSource, batchCount, batches } from "../data/batches.ts";
import { computeMetric } from "../metrics/index.ts";
import type { MetricInput } from "../metrics/metric.ts";
import { collector, truthInputs } from "./collect.ts";
import { type Controls, controlFeeds } from "./control-feeds.ts";
import type { MetricValues } from "./events.ts";
import type { PlannedMetric } from "./metric-requests.ts";
import { inputNames, type PlanCache } from "./plans.ts";
import { TrainError } from "./train-error.ts";

export interface EvaluateOptions {
  readonly model: CompiledModel;
  readonly plans: PlanCache;
  /** One a model parameter; parameters that predictions do not read may be left out, then no losses are computed. */
  readonly sources: readonly BatchSource[];
  /** Sizes beside those of a batch: `samples`. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly metrics: readonly PlannedMetric[];
  readonly batch: number;
  /** `step` is replaced by the number of the batch, so that always-on noise does not depend on the training. */
  readonly controls: Controls;
  /** Name of the part, for messages. */
  readonly split: string;
  /** By `P.field`: which samples keep the field (a missing-modality condition). */
  readonly keep?: Readonly<Record<string, Uint8Array>>;
  /** Also gather samples whose target is absent: for predictions rather than metrics. */
  readonly everything?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Evaluation {
  readonly samples: number;
  /** The metrics by key and, where the targets are there, `loss.NAME` as means over the samples. */
  readonly metrics: MetricValues;
  /** Why a metric has no value, by key. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly predictions: Readonly<Record<string, MetricInput>>;
}

export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { model, sources } = options;
  const graph = graphFor(options);
  const names = graph === model.evaluation ? Object.keys(graph.outputs).filter((name) => name.startsWith("loss.")) : [];
  const outputs = [...model.predictions.map((prediction) => `predict.${prediction.name}`), ...names];
  const collectors = new Map(
    model.predictions.map((prediction) => [prediction.name, collector(prediction, options.split, options.everything === true)]),
  );
  const sums = new Map<string, number>(names.map((name) => [name, 0]));
  let samples = 0;
  const inputs = new Set([...inputNames(graph), ...model.predictions.flatMap(truthInputs)]);
  const cut = {
    batch: options.batch,
    seed: options.controls.seed,
    inputs,
    ...(options.keep === undefined ? {} : { keep: options.keep }),
  };
  for (const batch of batches(sources, cut)) {
    options.signal?.throwIfAborted();
    const results = await runBatch(options, graph, batch, outputs);
    for (const [name, gathered] of collectors) {
      const output = results[`predict.${name}`];
      if (output !== undefined) gathered.add(batch, output);
    }
    for (const name of names) sums.set(name, (sums.get(name) ?? 0) + (results[name]?.data[0] ?? Number.NaN) * batch.count);
    samples += batch.count;
  }
  const predictions = Object.fromEntries([...collectors].map(([name, gathered]) => [name, gathered.result()]));
  const { metrics, reasons } = compute(options.metrics, predictions);
  for (const [name, sum] of sums) metrics[name] = Number.isFinite(sum) ? sum / samples : null;
  return { samples, metrics, reasons, predictions };
}

async function runBatch(options: EvaluateOptions, graph: SymbolicGraph, batch: Batch, outputs: readonly string[]) {
  const { model, plans, sizes, controls } = options;
  const kind = graph === model.evaluation ? "evaluate" : "predict";
  const program = await plans.program(`${model.name}/${kind}`, graph, { ...sizes, ...batch.sizes });
  return program.run({ ...batch.feeds, ...controlFeeds({ ...controls, step: batch.index }) }, { outputs });
}

/**
 * The evaluation graph, with losses, where every parameter has data and targets; else the prediction graph. Raises
 * `TrainError` where even that lacks data.
 */
function graphFor({ model, sources, split }: EvaluateOptions): SymbolicGraph {
  const missing = (graph: SymbolicGraph): string | undefined =>
    [...inputNames(graph)].find((name) => !name.startsWith("#") && !sources.some((source) => feeds(source, name)));
  if (batchCount(sources, 1) === 0) throw new TrainError(`${split} has no samples`, "Check the split of the data block.");
  if (missing(model.evaluation) === undefined) return model.evaluation;
  const absent = missing(model.prediction);
  if (absent === undefined) return model.prediction;
  throw new TrainError(`${model.name} reads ${absent} to predict, but the data for ${split} do not have it`);
}

function feeds(source: BatchSource, input: string): boolean {
  const { parameter, parts, without = [] } = source;
  if (input === `${parameter}#index` || input.startsWith(`${parameter}#length.`)) return true;
  const name = /^(.*?)(?:\.|#present\.)([^.]+)$/.exec(input);
  if (name?.[1] !== parameter || name[2] === undefined) return false;
  const field = name[2];
  return !without.includes(field) && parts.every(({ dataset }) => dataset.fields.has(field));
}

function compute(planned: readonly PlannedMetric[], predictions: Readonly<Record<string, MetricInput>>) {
  const metrics: Record<string, number | null> = {};
  const reasons: Record<string, string> = {};
  for (const { key, prediction, name, options } of planned) {
    const input = predictions[prediction];
    if (input === undefined) throw new RangeError(`no prediction ${prediction}`);
    const result = computeMetric(name, input, options);
    metrics[key] = result.value;
    if (result.value === null) reasons[key] = result.reason;
  }
  return { metrics, reasons };
}
