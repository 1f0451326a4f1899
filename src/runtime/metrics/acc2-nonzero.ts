// Two-class accuracy of a sentiment regression, samples of true value 0 left out.
import { agreement } from "./confusion.ts";
import type { Metric } from "./metric.ts";
import { nonZeroClasses } from "./sentiment.ts";

export const acc2Nonzero: Metric = {
  name: "acc2_nonzero",
  doc:
    "Two-class accuracy on the samples whose true value is not 0, positive (y > 0) against the rest; a prediction of exactly 0 " +
    "counts as negative: “Non0” (MMSA, utils/metricsTop.py).",
  better: "higher",
  tasks: ["regression"],
  options: [],
  compute(input) {
    const decisions = nonZeroClasses(input);
    if (decisions.truth.length === 0) return { value: null, reason: "no sample has a true value other than 0" };
    return { value: agreement(decisions) };
  },
};
