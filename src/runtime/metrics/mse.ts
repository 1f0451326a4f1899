// Mean squared error.
import { defined, type Metric, meanOverEntries, noSamples, sampleCount } from "./metric.ts";

export const mse: Metric = {
  name: "mse",
  doc: "Mean squared error, mean (ŷ - y)², on unclipped values.",
  better: "lower",
  tasks: ["regression"],
  options: [],
  compute(input) {
    if (sampleCount(input) === 0) return noSamples;
    return defined(
      meanOverEntries(input, (truth, prediction) => (prediction - truth) ** 2),
      "a prediction is not finite",
    );
  },
};
