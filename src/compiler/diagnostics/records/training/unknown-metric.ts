import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const unknownMetric = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly candidates: readonly string[];
}>({
  code: "MMX5004",
  slug: "unknown-metric",
  severity: "error",
  why: "Metrics are named as in the metric reference; `loss.NAME` is a loss of the model.",
  bad: example({ bottom: "evaluate Tri on clips.train {\n  metrics: [acuracy]\n}" }),
  good: example({ bottom: "evaluate Tri on clips.train {\n  metrics: [mae]\n}" }),
  describe: ({ span, name, candidates }) => ({
    message: `there is no metric ${name}`,
    span,
    notes: [`the metrics are ${listOf(candidates, "and")}`],
    fixes: renameFix(span, name, candidates),
  }),
});
