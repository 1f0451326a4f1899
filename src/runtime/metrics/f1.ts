// F1 in the form the task calls for.
import { type ClassCounts, classesIn, countsOf, decide, decideLabel, f1Of, positiveClass, weightedF1 } from "./confusion.ts";
import { type Metric, MetricError, type MetricInput, noSamples, sampleCount } from "./metric.ts";
import { nonNegativeClasses } from "./sentiment.ts";

const averages = ["weighted", "macro", "micro", "binary"] as const;

export const f1: Metric = {
  name: "f1",
  doc:
    "Regression: f1_has0. Classes and one logit: the classes' F1, averaged by support (weighted, the default), evenly over the " +
    "classes that occur (macro), over all decisions (micro), or that of one class (binary; chosen by positive, else class 1). " +
    "Several labels: the labels' F1, averaged the same way. A class that occurs nowhere scores 0. All as scikit-learn's f1_score.",
  better: "higher",
  tasks: ["regression", "classes", "binary", "multilabel"],
  options: [
    { name: "average", doc: "How the classes' F1 are averaged.", choices: averages },
    { name: "positive", doc: "The class, by name or number, whose own F1 is meant; implies average: binary." },
  ],
  compute(input, options) {
    const average = averageOf(input, options);
    const positive = positiveClass(input, options, 1);
    if (sampleCount(input) === 0) return noSamples;
    if (input.task === "regression") return { value: weightedF1(nonNegativeClasses(input)) };
    if (average === "binary") return { value: f1Of(countsOf(decide(input), positive)) };
    return { value: averaged(perClass(input), average) };
  },
};

function averageOf(input: MetricInput, options: Readonly<Record<string, unknown>>): (typeof averages)[number] {
  const asked = options.average ?? (options.positive === undefined ? "weighted" : "binary");
  const average = averages.find((name) => name === asked);
  if (average === undefined) throw new MetricError(`f1(average: ${String(asked)}): it is one of ${averages.join(", ")}`);
  if (average !== "binary" && options.positive !== undefined) {
    throw new MetricError(`f1: positive belongs to average: binary, not ${average}`);
  }
  if (input.task === "regression" && (average !== "weighted" || options.positive !== undefined)) {
    throw new MetricError(
      "f1 of a regression is the weighted F1 of its two sentiment classes; it takes no average and no positive",
    );
  }
  if (average === "binary" && input.task === "multilabel") {
    throw new MetricError("f1(average: binary) needs one class a sample; for several labels take weighted, macro or micro");
  }
  if (average === "binary" && input.task === "classes" && input.width > 2 && options.positive === undefined) {
    throw new MetricError(`f1(average: binary) of ${input.width} classes needs the class: f1(positive: NAME)`);
  }
  return average;
}

function perClass(input: MetricInput): readonly ClassCounts[] {
  if (input.task === "multilabel") {
    return Array.from({ length: input.width }, (_, label) => countsOf(decideLabel(input, label), 1));
  }
  const decisions = decide(input);
  return classesIn(decisions).map((label) => countsOf(decisions, label));
}

function averaged(counts: readonly ClassCounts[], average: "weighted" | "macro" | "micro"): number {
  if (average === "micro") {
    const sum = (pick: (item: ClassCounts) => number): number => counts.reduce((total, item) => total + pick(item), 0);
    return f1Of({
      truePositive: sum((item) => item.truePositive),
      falsePositive: sum((item) => item.falsePositive),
      falseNegative: sum((item) => item.falseNegative),
    });
  }
  const weightOf = (item: ClassCounts): number => (average === "macro" ? 1 : item.truePositive + item.falseNegative);
  const weights = counts.reduce((total, item) => total + weightOf(item), 0);
  if (weights === 0) return 0;
  return counts.reduce((total, item) => total + weightOf(item) * f1Of(item), 0) / weights;
}
