import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const dropNotOptional = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly optional: readonly string[];
  readonly declared: Span | undefined;
}>({
  code: "MMX5008",
  slug: "drop-not-optional",
  severity: "error",
  why: "Modality drop hides a modality from samples, so the model must say what happens without it: the field must be `optional`.",
  bad: example({ train: `  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3), drop: { text: 30% } }` }),
  good: example({ train: `  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3), drop: { audio: 30% } }` }),
  describe: ({ span, name, optional, declared }) => ({
    message: declared === undefined ? `there is no field ${name} to drop` : `${name} is not optional, so it cannot be dropped`,
    span,
    labels: declared === undefined ? [] : [{ span: declared, text: "declared here" }],
    notes: optional.length === 0 ? ["no field is optional"] : [`the optional fields are ${listOf(optional, "and")}`],
    fixes:
      declared === undefined
        ? renameFix(span, name, optional)
        : [{ title: "declare the field optional", preview: "… optional", edits: [] }],
  }),
});
