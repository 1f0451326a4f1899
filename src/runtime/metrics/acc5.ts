// Accuracy of a sentiment regression over 5 classes.
import { type Metric, noSamples, sampleCount } from "./metric.ts";
import { roundedAgreement } from "./sentiment.ts";

export const acc5: Metric = {
  name: "acc5",
  doc:
    "Accuracy over 5 classes: truth and prediction clipped to -2 .. 2 and rounded to whole numbers, halves to the even one " +
    "(MMSA, utils/metricsTop.py).",
  better: "higher",
  tasks: ["regression"],
  options: [],
  compute: (input) => (sampleCount(input) === 0 ? noSamples : { value: roundedAgreement(input, 2) }),
};
