// Share of samples whose predicted class is the true one.
import { agreement, decide } from "./confusion.ts";
import { entry, type Metric, type MetricInput, noSamples, sampleCount } from "./metric.ts";

export const accuracy: Metric = {
  name: "accuracy",
  doc:
    "Share of samples whose predicted class (largest logit; for one logit: above 0) is the true one. With several labels a sample " +
    "counts where every label is right (subset accuracy, as scikit-learn's accuracy_score).",
  better: "higher",
  tasks: ["classes", "binary", "multilabel"],
  options: [],
  compute(input) {
    if (sampleCount(input) === 0) return noSamples;
    return { value: input.task === "multilabel" ? subsetAccuracy(input) : agreement(decide(input)) };
  },
};

function subsetAccuracy(input: MetricInput): number {
  const count = sampleCount(input);
  let right = 0;
  for (let sample = 0; sample < count; sample += 1) {
    let all = true;
    for (let at = sample * input.width; at < (sample + 1) * input.width; at += 1) {
      if (entry(input.prediction, at) > 0 !== entry(input.truth, at) > 0) all = false;
    }
    if (all) right += 1;
  }
  return right / count;
}
