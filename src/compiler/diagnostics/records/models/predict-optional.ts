import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf } from "../example.ts";

export const predictOptional = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly fields: readonly string[];
}>({
  code: "MMX3004",
  slug: "predict-optional",
  severity: "error",
  why: "A prediction must exist for every sample, also where a modality is missing.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  a = clip.audio |> Linear(64)
  score = (t + a) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  good: example(),
  describe: ({ span, name, fields }) => ({
    message: `the prediction of ${name} is absent where ${listOf(fields)} is`,
    span,
    fixes: [{ title: "say earlier what stands in for it", preview: `${fields[0] ?? "x"} else 0`, edits: [] }],
  }),
});
