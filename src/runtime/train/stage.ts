// Trains one stage for one seed: epochs of steps, evaluation after each, checkpoints, early stop, best or last weights.
import type { StageProgram } from "../../compiler/compiled.ts";
import { type Batch, batchCount, sampleCount } from "../data/batches.ts";
import { loadCheckpoint, type TrainPosition } from "./checkpoint.ts";
import { exhausted, follow, freshTracker } from "./early-stop.ts";
import { evaluate } from "./evaluate.ts";
import type { MetricValues } from "./events.ts";
import { partSources, type SeedContext } from "./run-context.ts";
import { save } from "./save.ts";
import { controlsAt, epochBatches, runStep, type StageLength, type StepResult, startSlots } from "./step.ts";
import { TrainError } from "./train-error.ts";

export type StageOutcome = { readonly status: "done" | "interrupted"; readonly position: TrainPosition };

/** A position at the start of a stage; counters of the run go on. */
export function stageStart(stage: number, previous?: TrainPosition): TrainPosition {
  return {
    stage,
    epoch: 1,
    batch: 0,
    stageStep: 0,
    runStep: previous?.runStep ?? 0,
    finished: false,
    stop: freshTracker,
    keep: freshTracker,
    running: { samples: 0, sums: {} },
    metricsBytes: previous?.metricsBytes ?? 0,
  };
}

/** Trains from `start` to the end of its stage, or to the step after an interrupt. The position is saved in both cases. */
export async function trainStage(context: SeedContext, stage: StageProgram, start: TrainPosition): Promise<StageOutcome> {
  const { seed, sources } = context;
  const stepsPerEpoch = batchCount(sources, stage.batch);
  const before = context.train.stages.slice(0, start.stage).reduce((sum, earlier) => sum + earlier.epochs, 0);
  const length: StageLength = { stepsPerEpoch, steps: stepsPerEpoch * stage.epochs, epochsBefore: before };
  if (start.stageStep === 0) startSlots(context, stage);
  const samples = sources[0] === undefined ? 0 : sampleCount(sources[0]);
  context.emit({
    event: "stage-start",
    seed,
    stage: stage.name,
    epochs: stage.epochs,
    stepsPerEpoch,
    samples,
    batch: stage.batch,
  });
  const clock = { stageStarted: performance.now(), samples: 0, saved: performance.now(), savedStep: start.stageStep };
  let position = start;
  while (position.epoch <= stage.epochs && !(stage.stop !== undefined && exhausted(position.stop, stage.stop.patience))) {
    const epochStarted = performance.now();
    for (const batch of epochBatches(context, stage, length, position)) {
      const result = await runStep(context, stage, length, position, batch);
      position = advance(position, batch, result);
      clock.samples += batch.count;
      await report(context, stage, length, position, result, clock);
      const due = performance.now() - clock.saved > context.checkpoints.seconds * 1000;
      const interrupted = context.signal?.aborted === true;
      const epochGoesOn = position.batch < stepsPerEpoch;
      if (epochGoesOn && (interrupted || due || position.stageStep - clock.savedStep >= context.checkpoints.steps)) {
        position = await save(context, stage, position, interrupted ? "interrupt" : "interval");
        Object.assign(clock, { saved: performance.now(), savedStep: position.stageStep });
        if (interrupted) return { status: "interrupted", position };
      }
    }
    position = await finishEpoch(context, stage, length, position, (performance.now() - epochStarted) / 1000);
    Object.assign(clock, { saved: performance.now(), savedStep: position.stageStep });
    if (context.signal?.aborted === true) return { status: "interrupted", position };
  }
  return {
    status: "done",
    position: await finishStage(context, stage, position, (performance.now() - clock.stageStarted) / 1000),
  };
}

function advance(position: TrainPosition, batch: Batch, result: StepResult): TrainPosition {
  const sums = { ...position.running.sums };
  for (const [name, value] of Object.entries({ ...result.losses, "": result.total }))
    sums[name] = (sums[name] ?? 0) + value * batch.count;
  return {
    ...position,
    batch: batch.index + 1,
    stageStep: position.stageStep + 1,
    runStep: position.runStep + 1,
    running: { samples: position.running.samples + batch.count, sums },
  };
}

async function report(
  context: SeedContext,
  stage: StageProgram,
  { steps }: StageLength,
  position: TrainPosition,
  { total, losses, gradientNorm, rate }: StepResult,
  clock: { readonly stageStarted: number; readonly samples: number },
): Promise<void> {
  const { seed } = context;
  const place = { seed, stage: stage.name, epoch: position.epoch, step: position.stageStep };
  const seconds = (performance.now() - clock.stageStarted) / 1000;
  const samplesPerSecond = clock.samples / seconds;
  const secondsLeft = ((steps - position.stageStep) * stage.batch) / samplesPerSecond;
  context.emit({
    event: "step",
    ...place,
    epochs: stage.epochs,
    steps,
    total,
    losses,
    gradientNorm,
    rate,
    samplesPerSecond,
    secondsLeft,
  });
  // about five hundred rows a stage draw every curve and keep the file small
  const every = Math.max(1, Math.round(steps / 500));
  if (position.stageStep % every === 0) await context.log.write({ kind: "step", ...place, total, losses, gradientNorm, rate });
}

async function finishEpoch(
  context: SeedContext,
  stage: StageProgram,
  length: StageLength,
  position: TrainPosition,
  seconds: number,
): Promise<TrainPosition> {
  const { seed } = context;
  const { "": total = Number.NaN, ...losses } = means(position);
  const metrics: Record<string, MetricValues> = {};
  for (const part of context.watched) metrics[part] = await evaluatePart(context, stage, length, position, part);
  const next: TrainPosition = {
    ...position,
    epoch: position.epoch + 1,
    batch: 0,
    running: { samples: 0, sums: {} },
    ...(stage.stop === undefined
      ? {}
      : { stop: follow(position.stop, lookUp(metrics, stage.stop.on), position.epoch, stage.stop.on.better) }),
    ...(stage.keep.kind === "last"
      ? {}
      : { keep: follow(position.keep, lookUp(metrics, stage.keep.on), position.epoch, stage.keep.on.better) }),
  };
  const improved = next.keep.bestEpoch === position.epoch;
  const place = { seed, stage: stage.name, epoch: position.epoch, step: position.stageStep };
  await context.log.write({ kind: "epoch", ...place, total, losses, metrics });
  context.emit({ event: "epoch", ...place, epochs: stage.epochs, total, losses, metrics, improved, seconds });
  // the best weights first: a kill between the two leaves the older position, which makes the same best again
  if (improved) await save(context, stage, next, "best");
  const saved = await save(context, stage, next, "epoch");
  if (stage.stop !== undefined && exhausted(saved.stop, stage.stop.patience) && saved.epoch <= stage.epochs) {
    const { on } = stage.stop;
    const { best, bestEpoch } = saved.stop;
    context.emit({
      event: "early-stop",
      seed,
      stage: stage.name,
      epoch: position.epoch,
      on: `${on.split}.${on.metric}`,
      best,
      bestEpoch,
    });
  }
  return saved;
}

function means({ running }: TrainPosition): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(running.sums).map(([name, sum]) => [name, sum / running.samples]));
}

async function evaluatePart(
  context: SeedContext,
  stage: StageProgram,
  length: StageLength,
  position: TrainPosition,
  part: string,
): Promise<MetricValues> {
  const evaluation = await evaluate({
    model: context.model,
    plans: context.plans,
    sources: partSources(context, part),
    sizes: context.sizes,
    metrics: context.metrics,
    batch: stage.batch,
    controls: controlsAt(context.seed, stage, length, position),
    split: part,
  });
  return evaluation.metrics;
}

/** A followed value. Of several predictions the first that has the metric is followed. */
function lookUp(
  metrics: Readonly<Record<string, MetricValues>>,
  on: { readonly split: string; readonly metric: string },
): number | null {
  const values = metrics[on.split];
  const key = Object.keys(values ?? {}).find((name) => name === on.metric || name.endsWith(`.${on.metric}`));
  const value = key === undefined ? undefined : values?.[key];
  if (value !== undefined) return value;
  const known = Object.keys(values ?? {}).join(", ");
  throw new TrainError(
    `${on.split}.${on.metric} was not computed`,
    known === "" ? undefined : `On ${on.split} there are ${known}.`,
  );
}

/** Takes the weights that go on, best or last, and saves the position after the stage. */
async function finishStage(
  context: SeedContext,
  stage: StageProgram,
  position: TrainPosition,
  seconds: number,
): Promise<TrainPosition> {
  const { seed, paths, session } = context;
  let kept = { epoch: position.epoch - 1, on: null as string | null, value: null as number | null };
  if (stage.keep.kind === "best") {
    const on = `${stage.keep.on.split}.${stage.keep.on.metric}`;
    if (position.keep.bestEpoch === 0) {
      context.emit({ event: "note", message: `stage ${stage.name}: ${on} never had a value, so the last weights are kept` });
    } else {
      const path = paths.checkpoint(seed, "best");
      const best = await loadCheckpoint(path);
      if (best.header.position.stage !== position.stage || best.header.position.keep.bestEpoch !== position.keep.bestEpoch) {
        throw new TrainError(
          `${path} does not belong to stage ${stage.name}, epoch ${position.keep.bestEpoch}`,
          "Train again from the start.",
        );
      }
      for (const [name, value] of best.variables) session.write(name, value);
      kept = { epoch: position.keep.bestEpoch, on, value: position.keep.best };
    }
  }
  const last = position.stage + 1 === context.train.stages.length;
  const next = { ...stageStart(position.stage + 1, position), finished: last };
  const saved = await save(context, undefined, next, "stage");
  context.emit({
    event: "stage-end",
    seed,
    stage: stage.name,
    epochs: position.epoch - 1,
    steps: position.stageStep,
    kept,
    seconds,
  });
  return saved;
}
