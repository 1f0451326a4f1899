// Which metrics are computed for which prediction, and what they are called in rows and tables.
import type { CompiledModel, MetricRef, MetricRequest, Prediction, TrainProgram } from "../../compiler/compiled.ts";
import { computeMetric, metricTable } from "../metrics/index.ts";
import { MetricError, type MetricInput, type MetricOptions } from "../metrics/metric.ts";

export interface PlannedMetric {
  /** `mae`; `mood.mae` where the model makes several predictions; `f1_macro` where f1 is asked for more than once. */
  readonly key: string;
  readonly prediction: string;
  readonly name: string;
  readonly options: MetricOptions;
}

type Request = Pick<MetricRequest, "name" | "options">;

/**
 * The metrics asked for, each for every prediction it is defined for. Raises `MetricError` for one that does not exist, that
 * suits no prediction of the model, or whose options mean nothing for it.
 */
export function planMetrics(model: CompiledModel, requests: readonly Request[]): readonly PlannedMetric[] {
  return requests.flatMap((request) => {
    const metric = metricTable[request.name];
    if (metric === undefined) {
      throw new MetricError(`there is no metric ${request.name}; the metrics are ${Object.keys(metricTable).join(", ")}`);
    }
    const suited = model.predictions.filter((prediction) => metric.tasks.includes(prediction.task));
    if (suited.length === 0) {
      const tasks = model.predictions.map((prediction) => `${prediction.name} (${prediction.task})`).join(", ");
      throw new MetricError(`${request.name} is defined for ${metric.tasks.join(", ")}, but ${model.name} predicts ${tasks}`);
    }
    for (const prediction of suited) computeMetric(request.name, emptyInput(prediction), request.options);
    const shared = requests.filter((other) => other.name === request.name).length > 1;
    const name = shared ? [request.name, ...Object.values(request.options)].join("_") : request.name;
    return suited.map((prediction) => ({
      key: keyOf(model, prediction, name),
      prediction: prediction.name,
      name: request.name,
      options: request.options,
    }));
  });
}

/** No samples, but task and classes: computing a metric of it finds a wrong option before any training. */
function emptyInput({ task, field }: Prediction): MetricInput {
  const width = task === "regression" || task === "binary" ? 1 : (field.labels?.length ?? Number.POSITIVE_INFINITY);
  return { task, truth: new Float64Array(0), prediction: new Float64Array(0), width, labels: field.labels };
}

const keyOf = (model: CompiledModel, prediction: Prediction, name: string): string =>
  model.predictions.length > 1 ? `${prediction.name}.${name}` : name;

/** What `stop:` and `keep:` follow that the evaluate block does not ask for already. */
export function withReferences(requests: readonly MetricRequest[], train: TrainProgram): readonly Request[] {
  const names = new Set(requests.map((request) => request.name));
  const extra: Request[] = [];
  for (const reference of metricReferences(train)) {
    const name = reference.metric.split(".").at(-1) ?? reference.metric;
    if (reference.metric.startsWith("loss.") || names.has(name)) continue;
    names.add(name);
    extra.push({ name, options: {} });
  }
  return [...requests, ...extra];
}

export function metricReferences(train: TrainProgram): readonly MetricRef[] {
  return train.stages.flatMap((stage) => [
    ...(stage.stop === undefined ? [] : [stage.stop.on]),
    ...(stage.keep.kind === "best" ? [stage.keep.on] : []),
  ]);
}
