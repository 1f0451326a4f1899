import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const unusedField = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly data: string;
}>({
  code: "MMX6002",
  slug: "unused-field",
  severity: "warning",
  why: "A modality or target that no model reads was probably left out of the fusion by mistake.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  good: example(),
  describe: ({ span, name, data }) => ({
    message: `no model reads ${name} of ${data}`,
    span,
    fixes: [{ title: "remove the field, or read it in the model", edits: [] }],
  }),
});
