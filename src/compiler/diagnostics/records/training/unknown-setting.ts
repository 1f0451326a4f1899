import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const unknownSetting = defineDiagnostic<{
  readonly span: Span;
  readonly key: string;
  readonly where: string;
  readonly known: readonly string[];
}>({
  code: "MMX5001",
  slug: "unknown-setting",
  severity: "error",
  why: "Only the settings that the block knows mean anything; a misspelt one would silently keep its default.",
  bad: example({ train: `  stage main { epoch: 1, epochs: 1, minimize: task, optimizer: adam(lr: 1e-3) }` }),
  good: example(),
  describe: ({ span, key, where, known }) => ({
    message: `${where} has no setting ${key}`,
    span,
    notes: [`it has ${listOf(known, "and")}`],
    fixes: renameFix(span, key, known),
  }),
});
