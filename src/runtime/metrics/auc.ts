// Area under the ROC curve.
import { positiveClass } from "./confusion.ts";
import { entry, type Metric, noSamples, sampleCount } from "./metric.ts";
import { rocCurve, type Scored, scoresOf } from "./ranking.ts";

export const auc: Metric = {
  name: "auc",
  doc:
    "Area under the ROC curve by the trapezoid rule, ties counting half. Two classes: that of class 1, or of positive. More " +
    "classes: the even mean of each class against the rest; several labels: the even mean over the labels (scikit-learn's " +
    "roc_auc_score, multi_class=ovr, average=macro). Undefined where a class has no sample.",
  better: "higher",
  tasks: ["classes", "binary", "multilabel"],
  options: [{ name: "positive", doc: "The class, by name or number, that counts as positive." }],
  compute(input, options) {
    const positive = positiveClass(input, options, 1);
    if (sampleCount(input) === 0) return noSamples;
    const single = input.task === "binary" || (input.task === "classes" && input.width === 2) || options.positive !== undefined;
    const labels = single ? [positive] : Array.from({ length: input.width }, (_, label) => label);
    let sum = 0;
    for (const label of labels) {
      const area = areaOf(scoresOf(input, label));
      if (area === undefined)
        return { value: null, reason: `class ${input.labels?.[label] ?? label} is on one side of every sample` };
      sum += area;
    }
    return { value: sum / labels.length };
  },
};

function areaOf(scored: Scored): number | undefined {
  const curve = rocCurve(scored);
  if (curve === undefined) return undefined;
  const x = curve.map((point) => point.falsePositiveRate);
  const y = curve.map((point) => point.truePositiveRate);
  let area = 0;
  for (let at = 1; at < curve.length; at += 1)
    area += ((entry(x, at) - entry(x, at - 1)) * (entry(y, at) + entry(y, at - 1))) / 2;
  return area;
}
