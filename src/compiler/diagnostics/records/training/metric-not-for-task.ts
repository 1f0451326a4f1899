import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf } from "../example.ts";

export const metricNotForTask = defineDiagnostic<{
  readonly span: Span;
  readonly metric: string;
  /** What is predicted, with its kind: `digit (classes)`. */
  readonly predicted: readonly string[];
  readonly wanted: readonly string[];
  readonly fitting: readonly string[];
}>({
  code: "MMX5012",
  slug: "metric-not-for-task",
  severity: "error",
  why: "A metric is defined for one kind of target: a correlation needs numbers, an accuracy needs classes.",
  bad: example({ bottom: "evaluate Tri on clips.train {\n  metrics: [accuracy]\n}" }),
  good: example({ bottom: "evaluate Tri on clips.train {\n  metrics: [mae]\n}" }),
  describe: ({ span, metric, predicted, wanted, fitting }) => ({
    message: `${metric} is for ${listOf(wanted)}, and the model predicts ${listOf(predicted, "and")}`,
    span,
    notes: [`for it there are ${listOf(fitting, "and")}`],
  }),
});
