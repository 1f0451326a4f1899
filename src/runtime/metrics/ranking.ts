// Scores of one class against the rest and the ROC curve over them: the common ground of AUC and EER.
import { entry, type MetricInput } from "./metric.ts";

export interface Scored {
  readonly positive: readonly boolean[];
  readonly score: readonly number[];
}

/** One class against the rest: the score grows with the model's probability of that class. */
export function scoresOf(input: MetricInput, label: number): Scored {
  const positive: boolean[] = [];
  const score: number[] = [];
  const count = input.task === "multilabel" ? input.truth.length / input.width : input.truth.length;
  for (let sample = 0; sample < count; sample += 1) {
    if (input.task === "multilabel") {
      positive.push(entry(input.truth, sample * input.width + label) > 0);
      score.push(entry(input.prediction, sample * input.width + label));
    } else if (input.task === "binary") {
      positive.push(entry(input.truth, sample) === label);
      score.push(label === 1 ? entry(input.prediction, sample) : -entry(input.prediction, sample));
    } else {
      positive.push(entry(input.truth, sample) === label);
      score.push(logOdds(input, sample, label));
    }
  }
  return { positive, score };
}

/** log p/(1-p) of a class under the softmax: grows with p, without the rounding of p near 0 and 1. */
function logOdds(input: MetricInput, sample: number, label: number): number {
  const own = entry(input.prediction, sample * input.width + label);
  let largest = Number.NEGATIVE_INFINITY;
  for (let other = 0; other < input.width; other += 1) {
    if (other !== label) largest = Math.max(largest, entry(input.prediction, sample * input.width + other));
  }
  let sum = 0;
  for (let other = 0; other < input.width; other += 1) {
    if (other !== label) sum += Math.exp(entry(input.prediction, sample * input.width + other) - largest);
  }
  return own - largest - Math.log(sum);
}

export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/**
 * The ROC curve from (0, 0) to (1, 1), one point for every distinct score, highest score first; undefined where one side
 * has no sample.
 */
export function rocCurve(scored: Scored): readonly RocPoint[] | undefined {
  const order = scored.score.map((_, index) => index).sort((a, b) => entry(scored.score, b) - entry(scored.score, a));
  const positives = scored.positive.filter((positive) => positive).length;
  const negatives = scored.positive.length - positives;
  if (positives === 0 || negatives === 0) return undefined;
  const points: RocPoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0 }];
  let truePositive = 0;
  let falsePositive = 0;
  for (const [rank, sample] of order.entries()) {
    if (scored.positive[sample] === true) truePositive += 1;
    else falsePositive += 1;
    const next = order[rank + 1];
    if (next !== undefined && scored.score[next] === scored.score[sample]) continue;
    points.push({ falsePositiveRate: falsePositive / negatives, truePositiveRate: truePositive / positives });
  }
  return points;
}
