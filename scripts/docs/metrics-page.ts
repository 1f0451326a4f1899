// docs/metrics.md, from the metric table.
import { metricTable } from "../../src/runtime/metrics/index.ts";
import type { Metric } from "../../src/runtime/metrics/metric.ts";
import { generatedBy, page, table } from "./markdown.ts";

export function metricsPage(): string {
  const metrics = Object.values(metricTable);
  return page(
    generatedBy("scripts/docs/metrics-page.ts"),
    "# Metrics",
    "What `metrics: […]` in an `evaluate` block, `stop: early(on: valid.NAME)` and `keep: best(valid.NAME)` may name. A metric is computed " +
      "once over all samples of a part. One that the samples do not define (the correlation of a constant) has no value: tables show –, JSON null.",
    table(
      ["name", "for", "better"],
      metrics.map((metric) => [`[\`${metric.name}\`](#${metric.name})`, metric.tasks.join(", "), metric.better]),
    ),
    ...metrics.map(section),
  );
}

function section(metric: Metric): string {
  const options = metric.options.map(({ name, doc, choices }) => {
    const among = choices === undefined ? "" : ` One of ${choices.map((choice) => `\`${choice}\``).join(", ")}.`;
    return `* \`${name}\`: ${doc}${among}`;
  });
  return [`## ${metric.name}`, metric.doc, ...(options.length === 0 ? [] : [options.join("\n")])].join("\n\n");
}
