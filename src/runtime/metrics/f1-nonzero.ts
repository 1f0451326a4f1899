// Weighted F1 of a sentiment regression, samples of true value 0 left out.
import { weightedF1 } from "./confusion.ts";
import type { Metric } from "./metric.ts";
import { nonZeroClasses } from "./sentiment.ts";

export const f1Nonzero: Metric = {
  name: "f1_nonzero",
  doc: "F1 weighted by support over the two classes of acc2_nonzero (y > 0 against the rest, true zeros left out) (MMSA, utils/metricsTop.py).",
  better: "higher",
  tasks: ["regression"],
  options: [],
  compute(input) {
    const decisions = nonZeroClasses(input);
    if (decisions.truth.length === 0) return { value: null, reason: "no sample has a true value other than 0" };
    return { value: weightedF1(decisions) };
  },
};
