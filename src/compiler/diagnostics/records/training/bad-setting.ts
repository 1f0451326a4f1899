import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, renameFix } from "../example.ts";

export const badSetting = defineDiagnostic<{
  readonly span: Span;
  readonly key: string;
  readonly expected: string;
  readonly found: string;
  /** The words it takes, where it takes words. */
  readonly candidates?: readonly string[];
}>({
  code: "MMX5002",
  slug: "bad-setting",
  severity: "error",
  why: "Each setting takes values of one kind and range.",
  bad: example({ train: `  stage main { epochs: 0, minimize: task, optimizer: adam(lr: 1e-3) }` }),
  good: example(),
  describe: ({ span, key, expected, found, candidates }) => ({
    message: `${key} takes ${expected}; this is ${found}`,
    span,
    fixes: renameFix(span, found, candidates ?? []),
  }),
});
