// Class decisions and per-class counts: the common ground of accuracy, F1 and balanced accuracy.
import { entry, MetricError, type MetricInput, type MetricOptions } from "./metric.ts";

/** Class numbers of truth and prediction, sample by sample. */
export interface Decisions {
  readonly truth: Int32Array;
  readonly prediction: Int32Array;
}

/** Counts for one class, one against the rest. */
export interface ClassCounts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
}

/**
 * The class with the largest logit (the first of equal ones, as numpy.argmax); for one logit class 1 where it is
 * above 0, that is where the probability is above one half.
 */
export function decide(input: MetricInput): Decisions {
  const count = input.truth.length;
  const prediction = new Int32Array(count);
  for (let sample = 0; sample < count; sample += 1) {
    if (input.task === "binary") {
      prediction[sample] = entry(input.prediction, sample) > 0 ? 1 : 0;
      continue;
    }
    let best = 0;
    for (let label = 1; label < input.width; label += 1) {
      if (entry(input.prediction, sample * input.width + label) > entry(input.prediction, sample * input.width + best))
        best = label;
    }
    prediction[sample] = best;
  }
  return { truth: Int32Array.from(input.truth), prediction };
}

/** Decisions for one label of a multilabel target: 1 where its logit is above 0. */
export function decideLabel(input: MetricInput, label: number): Decisions {
  const count = input.truth.length / input.width;
  const truth = new Int32Array(count);
  const prediction = new Int32Array(count);
  for (let sample = 0; sample < count; sample += 1) {
    truth[sample] = entry(input.truth, sample * input.width + label);
    prediction[sample] = entry(input.prediction, sample * input.width + label) > 0 ? 1 : 0;
  }
  return { truth, prediction };
}

export function countsOf(decisions: Decisions, label: number): ClassCounts {
  let truePositive = 0;
  let falsePositive = 0;
  let falseNegative = 0;
  for (let sample = 0; sample < decisions.truth.length; sample += 1) {
    const truth = decisions.truth[sample] === label;
    const prediction = decisions.prediction[sample] === label;
    if (truth && prediction) truePositive += 1;
    else if (prediction) falsePositive += 1;
    else if (truth) falseNegative += 1;
  }
  return { truePositive, falsePositive, falseNegative };
}

/** The classes that occur in the truth or the prediction, ascending (scikit-learn's `unique_labels`). */
export function classesIn(decisions: Decisions): readonly number[] {
  return [...new Set([...decisions.truth, ...decisions.prediction])].sort((a, b) => a - b);
}

/** 2 TP / (2 TP + FP + FN); 0 where the class occurs nowhere, as scikit-learn's `zero_division=0`. */
export function f1Of(counts: ClassCounts): number {
  const denominator = 2 * counts.truePositive + counts.falsePositive + counts.falseNegative;
  return denominator === 0 ? 0 : (2 * counts.truePositive) / denominator;
}

/** Mean of the classes' F1, each weighted by its number of true samples (scikit-learn, `average="weighted"`). */
export function weightedF1(decisions: Decisions): number {
  let sum = 0;
  for (const label of classesIn(decisions)) {
    const counts = countsOf(decisions, label);
    sum += f1Of(counts) * (counts.truePositive + counts.falseNegative);
  }
  return sum / decisions.truth.length;
}

export function agreement(decisions: Decisions): number {
  let equal = 0;
  for (let sample = 0; sample < decisions.truth.length; sample += 1) {
    if (decisions.truth[sample] === decisions.prediction[sample]) equal += 1;
  }
  return equal / decisions.truth.length;
}

/** The class number that option `positive` names, by label or by number. Raises `MetricError` for an unknown one. */
export function positiveClass(input: MetricInput, options: MetricOptions, standard: number): number {
  const asked = options.positive;
  if (asked === undefined) return standard;
  const classes = input.task === "binary" ? 2 : input.width;
  const named = input.labels?.indexOf(String(asked)) ?? -1;
  if (named !== -1) return named;
  const number = Number(asked);
  if (Number.isInteger(number) && number >= 0 && number < classes) return number;
  const known = input.labels ?? Array.from({ length: classes }, (_, label) => String(label));
  throw new MetricError(`positive: ${String(asked)} is no class of the target; its classes are ${known.join(", ")}`);
}
