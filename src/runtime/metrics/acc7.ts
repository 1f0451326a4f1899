// Accuracy of a sentiment regression over 7 classes.
import { type Metric, noSamples, sampleCount } from "./metric.ts";
import { roundedAgreement } from "./sentiment.ts";

export const acc7: Metric = {
  name: "acc7",
  doc:
    "Accuracy over 7 classes: truth and prediction clipped to -3 .. 3 and rounded to whole numbers, halves to the even one " +
    "(MMSA, utils/metricsTop.py).",
  better: "higher",
  tasks: ["regression"],
  options: [],
  compute: (input) => (sampleCount(input) === 0 ? noSamples : { value: roundedAgreement(input, 3) }),
};
