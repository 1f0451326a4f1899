// A finished (or stopped) run opened again: what `mmx eval` and `mmx predict` start from.
import type { CompiledModel, CompiledSpec } from "../../compiler/compiled.ts";
import type { BatchSource } from "../data/batches.ts";
import type { Statistics } from "../data/dataset.ts";
import type { Executor, Session } from "../executors/executor.ts";
import { type Checkpoint, loadCheckpoint } from "./checkpoint.ts";
import { evaluate } from "./evaluate.ts";
import type { ConditionResult, MetricValues, Spread, Summary } from "./events.ts";
import { planMetrics } from "./metric-requests.ts";
import { planCache } from "./plans.ts";
import { type Prediction, predictionOf } from "./predictions.ts";
import { type Datasets, fixedSizes, trainingSources } from "./run-context.ts";
import { hashPlans, type RunConfig, readRunConfig, runPaths } from "./run-directory.ts";
import { summarise, summariseConditions } from "./summary.ts";
import { type TestResult, testModel } from "./test-split.ts";
import { TrainError } from "./train-error.ts";
import { trained } from "./trainer.ts";

export interface OpenRun {
  readonly folder: string;
  readonly config: RunConfig;
  /** The chosen checkpoint of each seed, in the order of the seeds. */
  readonly checkpoints: readonly Checkpoint[];
  /** By data block: the scaling fitted in training; loading data for this run uses it instead of fitting. */
  readonly statistics: Readonly<Record<string, Statistics>>;
}

/**
 * Reads `run.json` and the checkpoints, `last` (whose weights are those the stages kept) or `best`. `mmx` compiles the spec from
 * `config.spec.files` and `config.overrides`. Raises `TrainError` or `JsonError`.
 */
export async function openRun(folder: string, which: "last" | "best" = "last"): Promise<OpenRun> {
  const config = await readRunConfig(folder);
  const paths = runPaths(folder, config.seeds);
  const checkpoints: Checkpoint[] = [];
  for (const seed of config.seeds) {
    const checkpoint = await loadCheckpoint(paths.checkpoint(seed, which));
    if (checkpoint.header.planHash !== config.planHash) {
      throw new TrainError(`${paths.checkpoint(seed, which)} belongs to another run`, "Put the run's own checkpoint back.");
    }
    checkpoints.push(checkpoint);
  }
  return { folder, config, checkpoints, statistics: checkpoints[0]?.header.statistics ?? {} };
}

export interface EvaluateRunOptions {
  readonly run: OpenRun;
  /** Compiled from the run's own files. */
  readonly spec: CompiledSpec;
  readonly datasets: Datasets;
  readonly executor: Executor;
  /** How often the missing-modality conditions are drawn anew; a seed's result is the mean. Default 1, the draw of the training's test. */
  readonly draws?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RunEvaluation {
  readonly split: string;
  readonly test: Summary;
  readonly missing: readonly ConditionResult<Summary>[];
  readonly seeds: readonly {
    readonly seed: number;
    readonly metrics: MetricValues;
    readonly missing: readonly ConditionResult<MetricValues>[];
  }[];
  /** Why a metric has no value, by metric. */
  readonly reasons: Readonly<Record<string, string>>;
}

/** Repeats the evaluate block with the weights of every seed. */
export async function evaluateRun(options: EvaluateRunOptions): Promise<RunEvaluation> {
  const { run, spec, datasets } = options;
  const { program, model } = trained(spec);
  requireSamePlans(run, spec);
  if (spec.evaluate === undefined)
    throw new TrainError("the spec has no evaluate block", "Add `evaluate MODEL on DATA.test { metrics: […] }`.");
  const evaluateProgram = spec.evaluate;
  const metrics = planMetrics(model, evaluateProgram.metrics);
  const last = program.stages.at(-1);
  const sizes = fixedSizes(trainingSources(model, program, datasets), datasets);
  const seeds: { seed: number; metrics: MetricValues; missing: readonly ConditionResult<MetricValues>[] }[] = [];
  const reasons: Record<string, string> = {};
  let split = "";
  for (const checkpoint of run.checkpoints) {
    const { seed } = checkpoint.header;
    const drawn = await withWeights(options.executor, checkpoint, async (session) => {
      const shared = { model, program: evaluateProgram, datasets, plans: planCache(session), sizes, metrics };
      const pace = { batch: last?.batch ?? program.batch, epochs: last?.epochs ?? 1, signal: options.signal };
      const results: TestResult[] = [];
      for (let draw = 0; draw < Math.max(1, options.draws ?? 1); draw += 1)
        results.push(await testModel({ ...shared, ...pace, seed: seed + draw * drawDistance }));
      return results;
    });
    const [first] = drawn;
    if (first === undefined) throw new RangeError("a test without a draw");
    split = first.split;
    Object.assign(reasons, first.complete.reasons);
    seeds.push({ seed, metrics: first.complete.metrics, missing: meanConditions(drawn.map(({ missing: each }) => each)) });
  }
  const test = summarise(seeds.map((each) => each.metrics));
  const missing = summariseConditions(seeds.map((each) => each.missing));
  return { split, test, missing, seeds, reasons };
}

/** Between the seeds of two draws: further apart than seeds that a person gives, so that no draw is another run's. */
const drawDistance = 1_000_003;

/** Condition by condition the mean over the draws; null where one has no value. */
function meanConditions(draws: readonly (readonly ConditionResult<MetricValues>[])[]): readonly ConditionResult<MetricValues>[] {
  const mean = (value: number | null | Spread): number | null =>
    typeof value === "object" && value !== null ? value.mean : value;
  return summariseConditions(draws).map((row) => ({
    ...row,
    metrics: Object.fromEntries(Object.entries(row.metrics).map(([name, value]) => [name, mean(value)])),
  }));
}

export interface PredictRunOptions {
  readonly run: OpenRun;
  readonly spec: CompiledSpec;
  /** One a model parameter that predictions read. */
  readonly sources: readonly BatchSource[];
  readonly executor: Executor;
  /** Default: the run's first seed. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Predictions for every sample of the sources, in the order of the data. */
export async function predictRun(options: PredictRunOptions): Promise<readonly Prediction[]> {
  const { run, spec, sources } = options;
  const { program, model } = trained(spec);
  requireSamePlans(run, spec);
  const checkpoint = run.checkpoints.find(({ header }) => options.seed === undefined || header.seed === options.seed);
  if (checkpoint === undefined)
    throw new TrainError(`the run has no seed ${options.seed}`, `Its seeds are ${run.config.seeds.join(", ")}.`);
  const last = program.stages.at(-1);
  const { seed } = checkpoint.header;
  return withWeights(options.executor, checkpoint, async (session) => {
    const predictOnly: CompiledModel = { ...model, evaluation: model.prediction };
    const { predictions } = await evaluate({
      model: predictOnly,
      plans: planCache(session),
      sources,
      sizes: run.config.sizes,
      metrics: [],
      batch: last?.batch ?? program.batch,
      controls: { progress: 1, epoch: last?.epochs ?? 1, step: 0, update: 1, rate: 1, seed },
      split: "the data",
      everything: true,
      signal: options.signal,
    });
    return model.predictions.flatMap((declared) => {
      const values = predictions[declared.name];
      return values === undefined ? [] : [predictionOf(declared, values)];
    });
  });
}

async function withWeights<Result>(
  executor: Executor,
  checkpoint: Checkpoint,
  use: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await executor.open();
  try {
    for (const [name, value] of checkpoint.variables) session.write(name, value);
    return await use(session);
  } finally {
    session.dispose();
  }
}

function requireSamePlans(run: OpenRun, spec: CompiledSpec): void {
  if (hashPlans(spec) === run.config.planHash) return;
  throw new TrainError(
    `this version compiles the spec of ${run.folder} to something else than what was trained`,
    `Use the version that trained it: ${Object.entries(run.config.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}.`,
  );
}
