import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const reservedSize = defineDiagnostic<{
  readonly span: Span;
  readonly name: "B" | "samples";
}>({
  code: "MMX2009",
  slug: "reserved-size",
  severity: "error",
  why: "B is the number of samples in a batch and `samples` the number of training samples. The training decides them, so a spec works for any batch.",
  bad: example().replace("mmx 1\n", "mmx 1\ndim B = 32\n"),
  good: example({ train: "  batch: 32\n  stage main { epochs: 1, minimize: task, optimizer: adam(lr: 1e-3) }" }),
  describe: ({ span, name }) => ({
    message:
      name === "B"
        ? "B is the size of the batch, which the train block sets"
        : "samples is the number of training samples, which the data decide",
    span,
    fixes: name === "B" ? [{ title: "set it in the train block", preview: "batch: 32", edits: [] }] : [],
  }),
});
