// Two-class accuracy of a sentiment regression, zero counted as non-negative.
import { agreement } from "./confusion.ts";
import { type Metric, noSamples, sampleCount } from "./metric.ts";
import { nonNegativeClasses } from "./sentiment.ts";

export const acc2: Metric = {
  name: "acc2",
  doc: "Two-class accuracy, negative (y < 0) against non-negative (y ≥ 0), on all samples: “Has0” (MMSA, utils/metricsTop.py).",
  better: "higher",
  tasks: ["regression"],
  options: [],
  compute: (input) => (sampleCount(input) === 0 ? noSamples : { value: agreement(nonNegativeClasses(input)) }),
};
