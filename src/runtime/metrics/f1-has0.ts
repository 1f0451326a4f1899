// Weighted F1 of a sentiment regression, zero counted as non-negative.
import { weightedF1 } from "./confusion.ts";
import { type Metric, noSamples, sampleCount } from "./metric.ts";
import { nonNegativeClasses } from "./sentiment.ts";

export const f1Has0: Metric = {
  name: "f1_has0",
  doc: "F1 weighted by support over the two classes of acc2 (y ≥ 0 against y < 0), on all samples (MMSA, utils/metricsTop.py).",
  better: "higher",
  tasks: ["regression"],
  options: [],
  compute: (input) => (sampleCount(input) === 0 ? noSamples : { value: weightedF1(nonNegativeClasses(input)) }),
};
