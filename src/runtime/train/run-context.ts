// What every part of a running training shares: the spec, the data, the executor's session and where things are written.
import type { CompiledModel, CompiledSpec, TrainProgram } from "../../compiler/compiled.ts";
import { type BatchSource, sampleCount } from "../data/batches.ts";
import { type Dataset, trainingPart } from "../data/dataset.ts";
import type { Session } from "../executors/executor.ts";
import type { TrainEvent } from "./events.ts";
import type { PlannedMetric } from "./metric-requests.ts";
import type { MetricsLog } from "./metrics-log.ts";
import type { PlanCache } from "./plans.ts";
import type { RunPaths } from "./run-directory.ts";
import { TrainError } from "./train-error.ts";

export type Datasets = Readonly<Record<string, Dataset>>;

export interface RunContext {
  readonly spec: CompiledSpec;
  readonly train: TrainProgram;
  readonly model: CompiledModel;
  readonly datasets: Datasets;
  /** The training part of every model parameter. */
  readonly sources: readonly BatchSource[];
  /** Sizes that do not change from batch to batch: `samples` and those bound by file headers. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly metrics: readonly PlannedMetric[];
  /** Parts evaluated after every epoch. */
  readonly watched: readonly string[];
  readonly planHash: string;
  readonly executor: string;
  readonly paths: RunPaths;
  readonly log: MetricsLog;
  readonly checkpoints: CheckpointInterval;
  readonly signal: AbortSignal | undefined;
  emit(event: TrainEvent): void;
}

/** A seed's own session: its variables and loaded programs. */
export interface SeedContext extends RunContext {
  readonly seed: number;
  readonly session: Session;
  readonly plans: PlanCache;
}

/** A checkpoint is also saved inside an epoch after so many seconds or steps, whichever comes first. */
export interface CheckpointInterval {
  readonly seconds: number;
  readonly steps: number;
}

/** The dataset of a data block. Raises `TrainError` where it was not loaded. */
export function datasetOf(datasets: Datasets, name: string): Dataset {
  const found = datasets[name];
  if (found === undefined) throw new TrainError(`data ${name} was not given`, `Add --data ${name}=PATH.`);
  return found;
}

/** Batch sources of the training part of every parameter of the model. */
export function trainingSources(model: CompiledModel, train: TrainProgram, datasets: Datasets): readonly BatchSource[] {
  return model.parameters.map(({ name, without, data }) => {
    const parts = (train.on[name] ?? [data]).map((block) => {
      const dataset = datasetOf(datasets, block);
      return { dataset, part: trainingPart(dataset.parts) };
    });
    return { parameter: name, parts, without };
  });
}

/** Batch sources of a named part; parameters whose data lack it are left out. */
export function partSources(context: Pick<RunContext, "model" | "train" | "datasets">, part: string): readonly BatchSource[] {
  return trainingSources(context.model, context.train, context.datasets).flatMap(({ parameter, without = [], parts }) => {
    const having = parts.filter(({ dataset }) => (dataset.parts[part]?.length ?? 0) > 0);
    return having.length === 0 ? [] : [{ parameter, without, parts: having.map(({ dataset }) => ({ dataset, part })) }];
  });
}

export function fixedSizes(sources: readonly BatchSource[], datasets: Datasets): Readonly<Record<string, number>> {
  const [first] = sources;
  const bound = Object.assign({}, ...Object.values(datasets).map((dataset) => dataset.sizes)) as Record<string, number>;
  return { ...bound, ...(first === undefined ? {} : { samples: sampleCount(first) }) };
}
