import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf } from "../example.ts";

export const unknownSplit = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly splits: readonly string[];
}>({
  code: "MMX5005",
  slug: "unknown-split",
  severity: "error",
  why: "A part of the data must be one that the data block's `split` makes. Without a `split` there is only `train`.",
  bad: example({
    train: `  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3), stop: early(on: valid.mae, patience: 3) }`,
  }),
  good: example(),
  describe: ({ span, name, splits }) => ({
    message: `the data have no part ${name}`,
    span,
    notes: [`the parts are ${listOf(splits, "and")}`],
    fixes: [{ title: "make one in the data block", preview: "split random { train: 80%, valid: 20% }", edits: [] }],
  }),
});
