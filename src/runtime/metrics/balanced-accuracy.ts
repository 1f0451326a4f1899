// Mean recall over the classes.
import { countsOf, decide } from "./confusion.ts";
import { type Metric, noSamples, sampleCount } from "./metric.ts";

export const balancedAccuracy: Metric = {
  name: "balanced_accuracy",
  doc: "Mean recall over the classes that occur in the truth (scikit-learn's balanced_accuracy_score).",
  better: "higher",
  tasks: ["classes", "binary"],
  options: [],
  compute(input) {
    if (sampleCount(input) === 0) return noSamples;
    const decisions = decide(input);
    const classes = [...new Set(decisions.truth)];
    let recalls = 0;
    for (const label of classes) {
      const counts = countsOf(decisions, label);
      recalls += counts.truePositive / (counts.truePositive + counts.falseNegative);
    }
    return { value: recalls / classes.length };
  },
};
