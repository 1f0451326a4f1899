import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const unknownOverride = defineDiagnostic<{
  readonly span: Span;
  readonly key: string;
  readonly known: readonly string[];
}>({
  code: "MMX5011",
  slug: "unknown-override",
  severity: "error",
  why: "`--set` changes a named constant, a dimension with a size, or a setting of `train`, a stage or `evaluate`.",
  bad: example(),
  good: example(),
  around: { overrides: { "train.batsh": "16" } },
  describe: ({ span, key, known }) => {
    const near = renameFix(span, key, known)[0];
    return {
      message: `--set ${key}: this spec has nothing of that name to set`,
      span,
      notes: [`it has ${listOf(known.slice(0, 14), "and")}${known.length > 14 ? ", …" : ""}`],
      fixes: near === undefined ? [] : [{ ...near, edits: [] }],
    };
  },
});
