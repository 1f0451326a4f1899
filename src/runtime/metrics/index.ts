// The metric table: every metric once. What `metrics: […]` may name, what the docs list and what evaluation computes.
import { acc2 } from "./acc2.ts";
import { acc2Nonzero } from "./acc2-nonzero.ts";
import { acc3 } from "./acc3.ts";
import { acc5 } from "./acc5.ts";
import { acc7 } from "./acc7.ts";
import { accuracy } from "./accuracy.ts";
import { auc } from "./auc.ts";
import { balancedAccuracy } from "./balanced-accuracy.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { eer } from "./eer.ts";
import { f1 } from "./f1.ts";
import { f1Has0 } from "./f1-has0.ts";
import { f1Nonzero } from "./f1-nonzero.ts";
import { mae } from "./mae.ts";
import { type Metric, MetricError, type MetricInput, type MetricOptions, type MetricResult } from "./metric.ts";
import { mse } from "./mse.ts";
import { pearson } from "./pearson.ts";
import { rmse } from "./rmse.ts";

export const metricTable: Readonly<Record<string, Metric>> = Object.fromEntries(
  [
    mae,
    mse,
    rmse,
    pearson,
    acc2,
    acc2Nonzero,
    f1,
    f1Has0,
    f1Nonzero,
    acc3,
    acc5,
    acc7,
    accuracy,
    balancedAccuracy,
    auc,
    eer,
    crossEntropy,
  ].map((metric) => [metric.name, metric]),
);

/** Computes a metric by name. Raises `MetricError` for an unknown name, a task it is not defined for or an option it lacks. */
export function computeMetric(name: string, input: MetricInput, options: MetricOptions = {}): MetricResult {
  const metric = metricTable[name];
  if (metric === undefined)
    throw new MetricError(`there is no metric ${name}; the metrics are ${Object.keys(metricTable).join(", ")}`);
  if (!metric.tasks.includes(input.task)) {
    throw new MetricError(`${name} is defined for ${metric.tasks.join(", ")}, but the prediction is ${input.task}`);
  }
  for (const option of Object.keys(options)) {
    if (metric.options.some((known) => known.name === option)) continue;
    const known = metric.options.map((item) => item.name).join(", ");
    throw new MetricError(
      known === "" ? `${name} takes no option, so ${option} means nothing` : `${name} has no option ${option}; it has ${known}`,
    );
  }
  return metric.compute(input, options);
}
