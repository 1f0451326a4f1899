// Mean negative log-likelihood of the truth.
import { defined, entry, type Metric, type MetricInput, meanOverEntries, noSamples, sampleCount } from "./metric.ts";

export const crossEntropy: Metric = {
  name: "cross_entropy",
  doc:
    "Mean negative log-likelihood of the truth in nats: of the softmax over the classes, or of the sigmoid for one logit and, " +
    "meaned over the labels too, for several labels.",
  better: "lower",
  tasks: ["classes", "binary", "multilabel"],
  options: [],
  compute(input) {
    if (sampleCount(input) === 0) return noSamples;
    const value = input.task === "classes" ? softmaxEntropy(input) : meanOverEntries(input, sigmoidEntropy);
    return defined(value, "a prediction is not finite");
  },
};

/** log(1 + exp(x)) - t x, written so that no exponential overflows. */
function sigmoidEntropy(truth: number, logit: number): number {
  return Math.max(logit, 0) - logit * truth + Math.log1p(Math.exp(-Math.abs(logit)));
}

function softmaxEntropy(input: MetricInput): number {
  let sum = 0;
  for (let sample = 0; sample < input.truth.length; sample += 1) {
    const logits = input.prediction.subarray(sample * input.width, (sample + 1) * input.width);
    const largest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
    const total = logits.reduce((running, logit) => running + Math.exp(logit - largest), 0);
    sum += largest + Math.log(total) - entry(logits, entry(input.truth, sample));
  }
  return sum / input.truth.length;
}
