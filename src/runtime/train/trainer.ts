// Trains a compiled spec: every seed through every stage, then its test, then the summary and the report. Everything is
// written to a run directory from which it can be resumed at any moment.
import { existsSync } from "node:fs";
import type { CompiledModel, CompiledSpec, TrainProgram } from "../../compiler/compiled.ts";
import { evaluateDim } from "../../compiler/dims/dim.ts";
import type { Executor } from "../executors/executor.ts";
import { writeReport } from "../report/write-report.ts";
import { type Checkpoint, loadCheckpoint } from "./checkpoint.ts";
import type { ConditionResult, Summary, TrainEvent } from "./events.ts";
import { initialise } from "./initialise.ts";
import { metricReferences, planMetrics, withReferences } from "./metric-requests.ts";
import { type MetricsRow, openMetricsLog, readMetrics } from "./metrics-log.ts";
import { planCache } from "./plans.ts";
import { type Datasets, fixedSizes, partSources, type RunContext, type SeedContext, trainingSources } from "./run-context.ts";
import { hashPlans, type RunConfig, type RunPaths, readRunConfig, runPaths, writeRunConfig } from "./run-directory.ts";
import { save } from "./save.ts";
import { stageStart, trainStage } from "./stage.ts";
import { summarise, summariseConditions } from "./summary.ts";
import { testModel } from "./test-split.ts";
import { TrainError } from "./train-error.ts";

export interface TrainOptions {
  readonly spec: CompiledSpec;
  /** Loaded data by data block, all that the train and evaluate blocks name. */
  readonly datasets: Datasets;
  readonly executor: Executor;
  readonly runDirectory: string;
  /** The first seed; default the train block's. Seeds count up from it. */
  readonly seed?: number | undefined;
  /** How many seeds; default the evaluate block's, else 1. */
  readonly seeds?: number | undefined;
  /** `--set` values, recorded in run.json. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** Versions to record beside node's: mmx, tfjs. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Go on from the run directory's last checkpoint. */
  readonly resume?: boolean;
  /** Aborting finishes the step, saves and returns `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: (event: TrainEvent) => void;
  /** Save inside an epoch after this many seconds (default 30) or steps (default never). */
  readonly checkpointSeconds?: number;
  readonly checkpointSteps?: number;
}

export interface TrainResult {
  readonly status: "done" | "interrupted";
  readonly run: string;
  readonly test: Summary;
  readonly missing: readonly ConditionResult<Summary>[];
}

interface ResumePoint {
  readonly index: number;
  readonly checkpoint: Checkpoint;
}

type TestRow = Extract<MetricsRow, { readonly kind: "test" }>;

/** Trains, or resumes. Raises `TrainError`, `MetricError` or `JsonError` with messages for the user. */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const started = performance.now();
  const { spec, runDirectory } = options;
  const { program, model } = trained(spec);
  const sources = trainingSources(model, program, options.datasets);
  const sizes = fixedSizes(sources, options.datasets);
  const config = await runConfig(options, program, model, sizes);
  const paths = runPaths(runDirectory, config.seeds);
  const point = options.resume === true ? await resumePoint(config, paths) : undefined;
  const log = await openMetricsLog(paths.metrics, point?.checkpoint.header.position.metricsBytes ?? 0);
  try {
    const context: RunContext = {
      spec,
      train: program,
      model,
      datasets: options.datasets,
      sources,
      sizes,
      metrics: planMetrics(model, withReferences(spec.evaluate?.metrics ?? [], program)),
      watched: watchedParts(program, model, options.datasets),
      planHash: config.planHash,
      executor: options.executor.name,
      paths,
      log,
      checkpoints: { seconds: options.checkpointSeconds ?? 30, steps: options.checkpointSteps ?? Number.POSITIVE_INFINITY },
      signal: options.signal,
      emit: options.onEvent ?? (() => undefined),
    };
    const { seeds, parameters } = config;
    const stages = program.stages.map((stage) => stage.name);
    context.emit({ event: "run", run: runDirectory, model: model.name, executor: context.executor, seeds, parameters, stages });
    if (point !== undefined && point.checkpoint.header.executor !== context.executor) {
      const before = point.checkpoint.header.executor;
      context.emit({
        event: "note",
        message: `the run was trained with ${before}; with ${context.executor} it goes on, but not bit for bit`,
      });
    }
    const tests: TestRow[] =
      point === undefined ? [] : (await testRows(paths.metrics)).filter((row) => seeds.indexOf(row.seed) < point.index);
    for (const [index, seed] of seeds.entries()) {
      if (point !== undefined && index < point.index) continue;
      const resumed = index === point?.index ? point.checkpoint : undefined;
      const row = await trainSeed(context, options.executor, seed, resumed);
      if (row === "interrupted") return { status: "interrupted", run: runDirectory, test: {}, missing: [] };
      if (row !== undefined) tests.push(row);
    }
    await log.flush();
    const test = summarise(tests.map((row) => row.metrics));
    const missing = summariseConditions(tests.map((row) => row.missing));
    const report = await writeReport({ config, spec, rows: await readMetrics(paths.metrics), test, missing, paths });
    context.emit({ event: "done", run: runDirectory, report, test, missing, seconds: (performance.now() - started) / 1000 });
    return { status: "done", run: runDirectory, test, missing };
  } finally {
    await log.close();
  }
}

/** The spec's train block and its model. Raises `TrainError` where there is none. */
export function trained(spec: CompiledSpec): { readonly program: TrainProgram; readonly model: CompiledModel } {
  const program = spec.train;
  if (program === undefined) throw new TrainError("the spec has no train block", "Add `train MODEL on DATA { … }` to it.");
  const model = spec.models.find((candidate) => candidate.name === program.model);
  if (model === undefined) throw new TrainError(`the train block names ${program.model}, but there is no such model`);
  return { program, model };
}

/** Trains one seed and tests it; its test row, undefined without an evaluate block. */
async function trainSeed(
  run: RunContext,
  executor: Executor,
  seed: number,
  resumed: Checkpoint | undefined,
): Promise<TestRow | undefined | "interrupted"> {
  const session = await executor.open();
  try {
    const context: SeedContext = { ...run, seed, session, plans: planCache(session) };
    let position = resumed?.header.position;
    if (resumed === undefined || position === undefined) {
      for (const variable of run.model.variables)
        session.write(variable.name, initialise(variable, run.sizes, seed, run.sources));
      const start = { ...stageStart(0), finished: run.train.stages.length === 0 };
      position = await save(context, undefined, start, "start");
    } else {
      for (const [name, value] of resumed.variables) session.write(name, value);
      const stage = run.train.stages[position.stage]?.name ?? "test";
      run.emit({ event: "resume", seed, stage, epoch: position.epoch, step: position.stageStep });
    }
    while (!position.finished) {
      const stage = run.train.stages[position.stage];
      if (stage === undefined)
        throw new TrainError(`the checkpoint stands in stage ${position.stage + 1}, which the spec does not have`);
      const outcome = await trainStage(context, stage, position);
      if (outcome.status === "interrupted") {
        run.emit({ event: "interrupted", run: run.paths.folder, seed, stage: stage.name, step: outcome.position.stageStep });
        return "interrupted";
      }
      position = outcome.position;
    }
    return await testSeed(context).catch((error: unknown) => {
      // An interrupt stops the test where it is: all stages are saved, so resuming tests again from its beginning.
      if (run.signal?.aborted !== true || error !== run.signal.reason) throw error;
      run.emit({ event: "interrupted", run: run.paths.folder, seed, stage: "test", step: 0 });
      return "interrupted" as const;
    });
  } finally {
    session.dispose();
  }
}

async function testSeed(context: SeedContext): Promise<TestRow | undefined> {
  const { spec, train: program, seed } = context;
  if (spec.evaluate === undefined) return undefined;
  const last = program.stages.at(-1);
  const metrics = planMetrics(context.model, spec.evaluate.metrics);
  const options = { ...context, program: spec.evaluate, metrics, batch: last?.batch ?? program.batch, epochs: last?.epochs ?? 1 };
  const { split, complete, missing } = await testModel(options);
  for (const [metric, reason] of Object.entries(complete.reasons)) {
    context.emit({ event: "note", message: `${metric} has no value on ${split}: ${reason}` });
  }
  const row: TestRow = { kind: "test", seed, split, metrics: complete.metrics, missing };
  await context.log.write(row);
  context.emit({ event: "test", seed, split, metrics: complete.metrics, missing });
  return row;
}

/** Reads `run.json` when resuming, and checks that spec and data are still the same; else writes it. */
async function runConfig(
  options: TrainOptions,
  program: TrainProgram,
  model: CompiledModel,
  sizes: Readonly<Record<string, number>>,
): Promise<RunConfig> {
  const { spec, runDirectory, datasets } = options;
  const planHash = hashPlans(spec);
  if (options.resume === true) {
    const config = await readRunConfig(runDirectory);
    if (config.planHash !== planHash) {
      throw new TrainError(
        `the spec no longer computes what the run in ${runDirectory} trained`,
        "Resume with the run's own spec, or start a new run.",
      );
    }
    for (const [name, { path, sha256 }] of Object.entries(config.data)) {
      const given = datasets[name];
      if (given !== undefined && given.checksum !== sha256) {
        throw new TrainError(
          `data ${name} is not the file that the run was started with (${path})`,
          "Bring that file back, or start a new run.",
        );
      }
    }
    return config;
  }
  if (existsSync(runPaths(runDirectory, []).config)) {
    throw new TrainError(`${runDirectory} already holds a run`, "Resume it with --resume, or give another folder.");
  }
  const first = options.seed ?? program.seed;
  const weights = model.variables.filter((variable) => variable.kind === "weight");
  const valuesOf = (shape: (typeof weights)[number]["shape"]): number =>
    shape.reduce((product, size) => product * evaluateDim(size, sizes), 1);
  const config: RunConfig = {
    format: "mmx-run",
    version: 1,
    created: new Date().toISOString(),
    spec: { path: spec.files[0]?.path ?? "", files: spec.files.map(({ path, text }) => ({ path, text })) },
    overrides: options.overrides ?? {},
    model: model.name,
    seeds: Array.from({ length: options.seeds ?? spec.evaluate?.seeds ?? 1 }, (_, index) => first + index),
    executor: options.executor.name,
    planHash,
    versions: { ...options.versions, node: process.versions.node },
    data: Object.fromEntries(
      Object.entries(datasets).map(([name, { path, checksum, parts }]) => [
        name,
        { path, sha256: checksum, parts: Object.fromEntries(Object.entries(parts).map(([part, rows]) => [part, rows.length])) },
      ]),
    ),
    sizes,
    parameters: weights.reduce((sum, weight) => sum + valuesOf(weight.shape), 0),
  };
  await writeRunConfig(config, runDirectory);
  return config;
}

/** The last seed that has a checkpoint, and that checkpoint; undefined where the run was ended before its first one. */
async function resumePoint({ seeds, planHash }: RunConfig, paths: RunPaths): Promise<ResumePoint | undefined> {
  const index = seeds.findLastIndex((seed) => existsSync(paths.checkpoint(seed, "last")));
  const seed = seeds[index];
  if (seed === undefined) return undefined;
  const path = paths.checkpoint(seed, "last");
  const checkpoint = await loadCheckpoint(path);
  if (checkpoint.header.planHash !== planHash || checkpoint.header.seed !== seed) {
    throw new TrainError(`${path} belongs to another run`, "Put the run's own checkpoint back, or start a new run.");
  }
  return { index, checkpoint };
}

async function testRows(path: string): Promise<readonly TestRow[]> {
  return (await readMetrics(path)).filter((row) => row.kind === "test");
}

/** Parts that stop and keep rules follow, and `valid` where every parameter's data have it. Raises `TrainError` for an absent part. */
function watchedParts(program: TrainProgram, model: CompiledModel, datasets: Datasets): readonly string[] {
  const asked = new Set(metricReferences(program).map((reference) => reference.split));
  for (const part of asked) {
    if (partSources({ model, train: program, datasets }, part).length > 0) continue;
    const known = [...new Set(Object.values(datasets).flatMap((dataset) => Object.keys(dataset.parts)))];
    throw new TrainError(
      `a stage follows ${part}, but the data have no part of that name`,
      `Their parts are ${known.join(", ")}.`,
    );
  }
  if (partSources({ model, train: program, datasets }, "valid").length === model.parameters.length) asked.add("valid");
  return [...asked];
}
