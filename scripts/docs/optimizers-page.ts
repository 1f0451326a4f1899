// docs/optimizers.md, from the table of optimisers.
import { optimizerTable } from "../../src/compiler/train/optimizers/index.ts";
import { generatedBy, page, table } from "./markdown.ts";

export function optimizersPage(): string {
  return page(
    generatedBy("scripts/docs/optimizers-page.ts"),
    "# Optimisers",
    "What a stage's `optimizer:` may be, with the defaults of PyTorch. A setting's value is written as `optimizer: adamw(lr: 1e-3)`.",
    ...Object.entries(optimizerTable).map(([name, { doc, parameters }]) =>
      [
        `## ${name}`,
        doc,
        table(
          ["setting", "default", "meaning"],
          Object.entries(parameters).map(([parameter, { default: value, doc: meaning }]) => [
            `\`${parameter}\``,
            String(value),
            meaning,
          ]),
        ),
      ].join("\n\n"),
    ),
  );
}
