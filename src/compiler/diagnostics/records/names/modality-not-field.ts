import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const modalityNotField = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly fields: readonly string[];
}>({
  code: "MMX2006",
  slug: "modality-not-field",
  severity: "error",
  why: "The members of `modalities` are fields of a data block: `clip[m]` is read by the member's name.",
  bad: example({ top: "modalities M = text | voice" }),
  good: example({ top: "modalities M = text | audio" }),
  describe: ({ span, name, fields }) => ({
    message: `no data block has a field ${name}`,
    span,
    notes: [`the fields are ${listOf(fields, "and")}`],
    fixes: renameFix(span, name, fields),
  }),
});
