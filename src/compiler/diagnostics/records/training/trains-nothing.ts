import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const noTraining = defineDiagnostic<{
  readonly span: Span;
  readonly stage: string;
}>({
  code: "MMX5007",
  slug: "trains-nothing",
  severity: "error",
  why: "A stage that changes no weight is a mistake: its losses reach none, or all are frozen.",
  bad: example({ train: `  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3), freeze: [t, a, score] }` }),
  good: example(),
  describe: ({ span, stage }) => ({
    message: `stage ${stage} trains nothing: what it minimises reaches no weight that is not frozen`,
    span,
  }),
});
