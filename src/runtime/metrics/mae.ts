// Mean absolute error.
import { defined, type Metric, meanOverEntries, noSamples, sampleCount } from "./metric.ts";

export const mae: Metric = {
  name: "mae",
  doc: "Mean absolute error, mean |ŷ - y|, on unclipped values (MMSA, utils/metricsTop.py).",
  better: "lower",
  tasks: ["regression"],
  options: [],
  compute(input) {
    if (sampleCount(input) === 0) return noSamples;
    return defined(
      meanOverEntries(input, (truth, prediction) => Math.abs(prediction - truth)),
      "a prediction is not finite",
    );
  },
};
