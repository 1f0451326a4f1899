// One optimiser step, and the search for the cause where its loss or gradient is not finite.
import type { StageProgram } from "../../compiler/compiled.ts";
import { type Batch, batches } from "../data/batches.ts";
import { loadCheckpoint, type TrainPosition } from "./checkpoint.ts";
import { type Controls, controlFeeds } from "./control-feeds.ts";
import { initialise } from "./initialise.ts";
import { describeNonFinite, summariseValue, traceNonFinite, type ValueSummary } from "./non-finite.ts";
import { inputNames } from "./plans.ts";
import type { SeedContext } from "./run-context.ts";
import { rateAt } from "./schedule.ts";
import { TrainError } from "./train-error.ts";

/** How far a stage goes at most, from the data. */
export interface StageLength {
  readonly stepsPerEpoch: number;
  readonly steps: number;
  /** Planned epochs of the stages before, so that no two epochs of a run share an order of samples. */
  readonly epochsBefore: number;
}

export interface StepResult {
  readonly total: number;
  /** Raw values of the weighted terms, by loss name. */
  readonly losses: Readonly<Record<string, number>>;
  readonly gradientNorm: number | null;
  readonly rate: number;
}

/** The trainer's own feeds for the step that a position is about to take. */
export function controlsAt(seed: number, stage: StageProgram, length: StageLength, position: TrainPosition): Controls {
  return {
    progress: position.stageStep / length.steps,
    epoch: Math.min(position.epoch, stage.epochs),
    step: position.runStep,
    update: position.stageStep + 1,
    rate: rateAt(stage.schedule, position.stageStep, length.steps, length.stepsPerEpoch),
    seed,
  };
}

/** The optimiser state with which a stage starts. */
export function startSlots({ session, sizes, seed, sources }: SeedContext, stage: StageProgram): void {
  for (const slot of stage.slots) session.write(slot.name, initialise(slot, sizes, seed, sources));
}

/** The rest of a position's epoch, from its next batch on. */
export function epochBatches(
  context: SeedContext,
  stage: StageProgram,
  length: StageLength,
  position: TrainPosition,
): Generator<Batch, void> {
  return batches(context.sources, {
    batch: stage.batch,
    seed: context.seed,
    epoch: length.epochsBefore + position.epoch - 1,
    shuffle: true,
    drop: stage.drop,
    from: position.batch,
    inputs: inputNames(stage.graph),
  });
}

/** Runs a batch. Raises `TrainError` that names the line of the spec where the loss or the gradient is not finite. */
export async function runStep(
  context: SeedContext,
  stage: StageProgram,
  length: StageLength,
  position: TrainPosition,
  batch: Batch,
): Promise<StepResult> {
  const controls = controlsAt(context.seed, stage, length, position);
  const program = await programFor(context, stage, batch);
  const results = await program.run({ ...batch.feeds, ...controlFeeds(controls) }, { outputs: stepOutputs(stage) });
  const number = (name: string): number | undefined => results[name]?.data[0];
  const total = number("total") ?? Number.NaN;
  const gradientNorm = number("gradient_norm") ?? null;
  const losses = Object.fromEntries(
    Object.entries(results).flatMap(([name, value]) =>
      name.startsWith("loss.") ? [[name.slice(5), value.data[0] ?? Number.NaN]] : [],
    ),
  );
  if (!Number.isFinite(total) || (gradientNorm !== null && !Number.isFinite(gradientNorm))) {
    throw await explainNonFinite(context, stage, length, position, batch, Number.isFinite(total) ? "gradient_norm" : "total");
  }
  return { total, losses, gradientNorm, rate: controls.rate };
}

function stepOutputs(stage: StageProgram): readonly string[] {
  return Object.keys(stage.graph.outputs).filter(
    (name) => name === "total" || name === "gradient_norm" || name.startsWith("loss."),
  );
}

function programFor(context: SeedContext, stage: StageProgram, batch: Batch) {
  return context.plans.program(`${context.model.name}/${stage.name}`, stage.graph, { ...context.sizes, ...batch.sizes });
}

/**
 * The failed step has already changed the weights, so training is set back to the last checkpoint and replayed, which gives
 * the same numbers; then the failing step runs once more with every value watched.
 */
async function explainNonFinite(
  context: SeedContext,
  stage: StageProgram,
  length: StageLength,
  position: TrainPosition,
  batch: Batch,
  output: "total" | "gradient_norm",
): Promise<TrainError> {
  const { header, variables } = await loadCheckpoint(context.paths.checkpoint(context.seed, "last"));
  for (const [name, value] of variables) context.session.write(name, value);
  let at: TrainPosition = header.position;
  if (at.stageStep === 0) startSlots(context, stage);
  for (const earlier of epochBatches(context, stage, length, at)) {
    if (earlier.index >= batch.index) break;
    const program = await programFor(context, stage, earlier);
    await program.run({ ...earlier.feeds, ...controlFeeds(controlsAt(context.seed, stage, length, at)) }, { outputs: [] });
    at = { ...at, stageStep: at.stageStep + 1, runStep: at.runStep + 1 };
  }
  const program = await programFor(context, stage, batch);
  const summaries = new Map<number, ValueSummary>();
  const feeds = { ...batch.feeds, ...controlFeeds(controlsAt(context.seed, stage, length, position)) };
  await program.run(feeds, { outputs: [output], observe: (node, value) => summaries.set(node, summariseValue(value)) });
  const { graph } = program.plan;
  const culprit = traceNonFinite(graph, summaries, graph.outputs[output] ?? graph.nodes.length - 1);
  const what = output === "total" ? "the loss" : "the gradient";
  const place = `stage ${stage.name}, epoch ${position.epoch}, step ${position.stageStep + 1}`;
  const lines = describeNonFinite(graph, summaries, culprit, graph.outputs.total, context.spec.files);
  return new TrainError([`training stopped: ${what} is no longer finite (${place}, seed ${context.seed})`, ...lines].join("\n"));
}
