import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const missingSetting = defineDiagnostic<{
  readonly span: Span;
  readonly key: string;
  readonly where: string;
}>({
  code: "MMX5003",
  slug: "missing-setting",
  severity: "error",
  why: "A stage needs at least `epochs`, `minimize` and `optimizer`.",
  bad: example({ train: `  stage main { epochs: 1, minimize: task }` }),
  good: example(),
  describe: ({ span, key, where }) => ({
    message: `${where} does not say ${key}`,
    span,
    fixes: [
      {
        title: "add it",
        preview:
          { epochs: "epochs: 20", minimize: "minimize: task", optimizer: "optimizer: adamw(lr: 1e-3)" }[key] ?? `${key}: …`,
        edits: [],
      },
    ],
  }),
});
