import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const unusedValue = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
}>({
  code: "MMX6001",
  slug: "unused-value",
  severity: "warning",
  why: "A value that nothing reads is a branch that was forgotten. Begin its name with _ where that is meant.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  extra = clip.text |> Linear(3)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, name }) => ({
    message: `nothing uses ${name}`,
    span,
    fixes: [{ title: "mark it as unused on purpose", preview: `_${name}`, edits: [{ span, replacement: `_${name}` }] }],
  }),
});
