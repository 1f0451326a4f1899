// Pearson's correlation between truth and prediction.
import { defined, entry, type Metric, noSamples, sampleCount } from "./metric.ts";

export const pearson: Metric = {
  name: "pearson",
  doc:
    "Pearson's correlation coefficient of truth and prediction, as numpy.corrcoef (MMSA, utils/metricsTop.py). " +
    "Undefined where the truth or the prediction is constant.",
  better: "higher",
  tasks: ["regression"],
  options: [],
  compute(input) {
    const count = sampleCount(input);
    if (count === 0) return noSamples;
    if (isConstant(input.truth)) return { value: null, reason: "the truth is constant" };
    if (isConstant(input.prediction)) return { value: null, reason: "the prediction is constant" };
    const truthMean = mean(input.truth);
    const predictionMean = mean(input.prediction);
    let product = 0;
    let truthSquares = 0;
    let predictionSquares = 0;
    for (let index = 0; index < count; index += 1) {
      const truth = entry(input.truth, index) - truthMean;
      const prediction = entry(input.prediction, index) - predictionMean;
      product += truth * prediction;
      truthSquares += truth * truth;
      predictionSquares += prediction * prediction;
    }
    const correlation = product / (Math.sqrt(truthSquares) * Math.sqrt(predictionSquares));
    return defined(Math.max(-1, Math.min(1, correlation)), "a prediction is not finite");
  },
};

function isConstant(values: Float64Array): boolean {
  return values.every((value) => value === values[0]);
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
