import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const elseUnneeded = defineDiagnostic<{
  readonly span: Span;
  readonly value: Span;
}>({
  code: "MMX6005",
  slug: "else-unneeded",
  severity: "warning",
  why: "`else` says what stands in for an absent value; a value that is always there needs none.",
  bad: example({
    body: `  t = (clip.text else 0) |> Linear(64)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, value }) => ({
    message: "this value is never absent, so what follows `else` is never used",
    span,
    labels: [{ span: value, text: "always there" }],
    fixes: [{ title: "remove the else", edits: [{ span: { ...span, start: value.end }, replacement: "" }] }],
  }),
});
