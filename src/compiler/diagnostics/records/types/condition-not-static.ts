import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const conditionNotStatic = defineDiagnostic<{
  readonly span: Span;
  readonly found: string;
}>({
  code: "MMX2115",
  slug: "condition-not-static",
  severity: "error",
  why: "`if` is decided once, when the spec is compiled: on `training`, sizes and settings. A choice between values entry by entry is `where(condition, a, b)`.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  u = if t > 0 then t else -t
  score = u |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example({
    body: `  t = clip.text |> Linear(64)
  u = where(t > 0, t, -t)
  score = u |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  describe: ({ span, found }) => ({
    message: `this condition is ${found}, which is not known when the spec is compiled`,
    span,
    fixes: [{ title: "choose entry by entry", preview: "where(condition, a, b)", edits: [] }],
  }),
});
