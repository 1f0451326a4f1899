// Equal error rate.
import { positiveClass } from "./confusion.ts";
import { type Metric, MetricError, noSamples, sampleCount } from "./metric.ts";
import { rocCurve, scoresOf } from "./ranking.ts";

export const eer: Metric = {
  name: "eer",
  doc:
    "Equal error rate: the false positive rate at the point of the ROC curve where |TPR + FPR - 1| is smallest, the first of equal " +
    "ones from the highest threshold (the deception-detection baselines' utils.py), over every distinct score. Positive is " +
    "class 1, or positive. Undefined where a class has no sample.",
  better: "lower",
  tasks: ["classes", "binary"],
  options: [{ name: "positive", doc: "The class, by name or number, that counts as positive." }],
  compute(input, options) {
    if (input.task === "classes" && input.width > 2 && options.positive === undefined) {
      throw new MetricError(`eer of ${input.width} classes needs the class: eer(positive: NAME)`);
    }
    const positive = positiveClass(input, options, 1);
    if (sampleCount(input) === 0) return noSamples;
    const curve = rocCurve(scoresOf(input, positive));
    if (curve === undefined) return { value: null, reason: "the truth holds one class only" };
    let best = curve[0];
    for (const point of curve) {
      if (best === undefined || imbalance(point) < imbalance(best)) best = point;
    }
    return { value: best?.falsePositiveRate ?? 0 };
  },
};

const imbalance = (point: { readonly truePositiveRate: number; readonly falsePositiveRate: number }): number =>
  Math.abs(point.truePositiveRate + point.falsePositiveRate - 1);
