// Accuracy of a sentiment regression over 3 classes.
import { type Metric, noSamples, sampleCount } from "./metric.ts";
import { roundedAgreement } from "./sentiment.ts";

export const acc3: Metric = {
  name: "acc3",
  doc:
    "Accuracy over 3 classes: truth and prediction clipped to -1 .. 1 and rounded to whole numbers, halves to the even one " +
    "(MMSA, utils/metricsTop.py).",
  better: "higher",
  tasks: ["regression"],
  options: [],
  compute: (input) => (sampleCount(input) === 0 ? noSamples : { value: roundedAgreement(input, 1) }),
};
