// Sentiment regression seen as classification: the class functions of MMSA's utils/metricsTop.py, which the field's papers share.
import type { Decisions } from "./confusion.ts";
import { entry, type MetricInput } from "./metric.ts";

/** Has0: negative (y < 0) against non-negative (y >= 0), on all samples. */
export function nonNegativeClasses(input: MetricInput): Decisions {
  return {
    truth: Int32Array.from(input.truth, (value) => (value >= 0 ? 1 : 0)),
    prediction: Int32Array.from(input.prediction, (value) => (value >= 0 ? 1 : 0)),
  };
}

/** Non0: samples whose true value is not 0; positive (y > 0) against the rest, so a prediction of exactly 0 is negative. */
export function nonZeroClasses(input: MetricInput): Decisions {
  const truth: number[] = [];
  const prediction: number[] = [];
  for (let sample = 0; sample < input.truth.length; sample += 1) {
    const value = entry(input.truth, sample);
    if (value === 0) continue;
    truth.push(value > 0 ? 1 : 0);
    prediction.push(entry(input.prediction, sample) > 0 ? 1 : 0);
  }
  return { truth: Int32Array.from(truth), prediction: Int32Array.from(prediction) };
}

/** Share of samples whose values, clipped to ±limit and rounded half to even (numpy.round), agree. */
export function roundedAgreement(input: MetricInput, limit: number): number {
  let equal = 0;
  for (let sample = 0; sample < input.truth.length; sample += 1) {
    const truth = roundHalfToEven(clip(entry(input.truth, sample), limit));
    const prediction = roundHalfToEven(clip(entry(input.prediction, sample), limit));
    if (truth === prediction) equal += 1;
  }
  return equal / input.truth.length;
}

const clip = (value: number, limit: number): number => Math.max(-limit, Math.min(limit, value));

/** Banker's rounding, as numpy.round; `Math.round` takes halves up. */
export function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
