// What a metric is: a named number computed once over all samples of a split, from the truth and the model's raw outputs.
// Every metric lives in a file of its own; `index.ts` gathers them in one table, which the trainer, the docs and
// the command line read.
export type MetricTask = "regression" | "classes" | "binary" | "multilabel";

/** Truth and raw predictions of a whole split, in one order. */
export interface MetricInput {
  readonly task: MetricTask;
  /** regression: values; classes: class numbers; binary: 0 or 1 (all `[N]`); multilabel: 0 or 1, `[N, width]`. */
  readonly truth: Float64Array;
  /** regression: values `[N]`; classes: logits `[N, width]`; binary: one logit `[N]`; multilabel: logits `[N, width]`. */
  readonly prediction: Float64Array;
  /** Number of classes or labels; 1 for regression and for one logit. */
  readonly width: number;
  /** Class names, where the target has them; options may name a class by them. */
  readonly labels: readonly string[] | undefined;
}

export type MetricOptions = Readonly<Record<string, number | string | boolean>>;

/** A metric that the samples do not define (the correlation of a constant) has no value and a reason. */
export type MetricResult = { readonly value: number } | { readonly value: null; readonly reason: string };

export interface MetricOption {
  readonly name: string;
  readonly doc: string;
  /** The words allowed, where the option is a choice. */
  readonly choices?: readonly string[];
}

export interface Metric {
  readonly name: string;
  /** Definition, edge cases and source. */
  readonly doc: string;
  readonly better: "lower" | "higher";
  readonly tasks: readonly MetricTask[];
  readonly options: readonly MetricOption[];
  /** Raises `MetricError` where an option means nothing for these data, even where there are no samples: so requests are checked early. */
  compute(input: MetricInput, options: MetricOptions): MetricResult;
}

/** A metric was asked for in a way that cannot be answered: an unknown class name, a task it is not defined for. */
export class MetricError extends Error {
  override readonly name = "MetricError";
}

export const noSamples: MetricResult = { value: null, reason: "there are no samples" };

/** A number, or the reason why there is none: JSON has no NaN, and a NaN in a table says nothing. */
export function defined(value: number, reason: string): MetricResult {
  return Number.isFinite(value) ? { value } : { value: null, reason };
}

/** Number of samples; `truth` has `width` entries a sample only for multilabel targets. */
export function sampleCount(input: MetricInput): number {
  return input.task === "multilabel" ? input.truth.length / input.width : input.truth.length;
}

/** The entry at an index known to be in range. */
export function entry(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`index ${index} of ${values.length} values`);
  return value;
}

/** Mean of `f(truth, prediction)` over the entries. */
export function meanOverEntries(input: MetricInput, f: (truth: number, prediction: number) => number): number {
  let sum = 0;
  for (let index = 0; index < input.truth.length; index += 1) sum += f(entry(input.truth, index), entry(input.prediction, index));
  return sum / input.truth.length;
}
