// What the trainer tells whoever watches: plain JSON records, one a happening. The command line draws them as a live line,
// as plain lines or as JSON lines (`--json`); `compiler/schemas/events.schema.ts` is their schema.

/** Metric values by name; null where the samples do not define one. */
export type MetricValues = Readonly<Record<string, number | null>>;

/** Mean and sample standard deviation (n - 1) over the seeds. */
export interface Spread {
  readonly mean: number;
  readonly std: number;
}

/** Over several seeds a spread; one seed gives the number itself. */
export type Summary = Readonly<Record<string, number | null | Spread>>;

/** Metrics under one missing-modality condition. */
export interface ConditionResult<Values> {
  readonly protocol: "rates" | "subsets";
  /** `30% missing`, `only text + audio`. */
  readonly condition: string;
  readonly metrics: Values;
}

export interface RunStarted {
  readonly event: "run";
  readonly run: string;
  readonly model: string;
  readonly executor: string;
  readonly seeds: readonly number[];
  /** Number of trainable values. */
  readonly parameters: number;
  readonly stages: readonly string[];
}

export interface Resumed {
  readonly event: "resume";
  readonly seed: number;
  readonly stage: string;
  readonly epoch: number;
  /** Optimiser steps of the stage already done. */
  readonly step: number;
}

export interface StageStarted {
  readonly event: "stage-start";
  readonly seed: number;
  readonly stage: string;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly samples: number;
  readonly batch: number;
}

export interface StepDone {
  readonly event: "step";
  readonly seed: number;
  readonly stage: string;
  readonly epoch: number;
  readonly epochs: number;
  /** Optimiser steps of the stage done, from 1. */
  readonly step: number;
  readonly steps: number;
  readonly total: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly gradientNorm: number | null;
  /** Factor of the schedule on every learning rate. */
  readonly rate: number;
  readonly samplesPerSecond: number;
  readonly secondsLeft: number;
}

export interface EpochDone {
  readonly event: "epoch";
  readonly seed: number;
  readonly stage: string;
  readonly epoch: number;
  readonly epochs: number;
  readonly step: number;
  /** Mean over the epoch's training samples. */
  readonly total: number;
  readonly losses: Readonly<Record<string, number>>;
  /** Metrics by split (`valid`), those evaluated after the epoch. */
  readonly metrics: Readonly<Record<string, MetricValues>>;
  /** Whether `keep: best(…)` took this epoch. */
  readonly improved: boolean;
  readonly seconds: number;
}

export interface CheckpointSaved {
  readonly event: "checkpoint";
  readonly seed: number;
  readonly path: string;
  readonly reason: "start" | "interval" | "epoch" | "best" | "stage" | "interrupt";
}

export interface StoppedEarly {
  readonly event: "early-stop";
  readonly seed: number;
  readonly stage: string;
  readonly epoch: number;
  readonly on: string;
  readonly best: number | null;
  readonly bestEpoch: number;
}

export interface StageDone {
  readonly event: "stage-end";
  readonly seed: number;
  readonly stage: string;
  readonly epochs: number;
  readonly steps: number;
  /** The epoch whose weights go on, and its value where `keep: best(…)` chose it. */
  readonly kept: { readonly epoch: number; readonly on: string | null; readonly value: number | null };
  readonly seconds: number;
}

export interface Tested {
  readonly event: "test";
  readonly seed: number;
  readonly split: string;
  readonly metrics: MetricValues;
  readonly missing: readonly ConditionResult<MetricValues>[];
}

/** Something the user should know that stops nothing. */
export interface Noted {
  readonly event: "note";
  readonly message: string;
}

export interface Interrupted {
  readonly event: "interrupted";
  readonly run: string;
  readonly seed: number;
  /** `test` where all stages are done. */
  readonly stage: string;
  /** Optimiser steps of the stage done; 0 during the test. */
  readonly step: number;
}

export interface Done {
  readonly event: "done";
  readonly run: string;
  readonly report: string;
  readonly test: Summary;
  readonly missing: readonly ConditionResult<Summary>[];
  readonly seconds: number;
}

export type TrainEvent =
  | RunStarted
  | Resumed
  | StageStarted
  | StepDone
  | EpochDone
  | CheckpointSaved
  | StoppedEarly
  | StageDone
  | Tested
  | Noted
  | Interrupted
  | Done;
