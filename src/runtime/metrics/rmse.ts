// Root mean squared error.
import { defined, type Metric, meanOverEntries, noSamples, sampleCount } from "./metric.ts";

export const rmse: Metric = {
  name: "rmse",
  doc: "Root mean squared error, √ mean (ŷ - y)², on unclipped values.",
  better: "lower",
  tasks: ["regression"],
  options: [],
  compute(input) {
    if (sampleCount(input) === 0) return noSamples;
    return defined(
      Math.sqrt(meanOverEntries(input, (truth, prediction) => (prediction - truth) ** 2)),
      "a prediction is not finite",
    );
  },
};
