import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const wrongKind = defineDiagnostic<{
  readonly span: Span;
  readonly expected: string;
  readonly found: string;
  readonly hint?: string | undefined;
}>({
  code: "MMX2101",
  slug: "wrong-kind",
  severity: "error",
  why: "Each place takes one kind of value: a tensor, a size, a number known at compile time, a set of members, a distribution.",
  bad: example({
    body: `  q = gaussian(mean: clip.text, logvar: clip.text)
  score = exp(q) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example({
    body: `  q = gaussian(mean: clip.text, logvar: clip.text)
  score = exp(mean(q)) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  describe: ({ span, expected, found, hint }) => ({
    message: `${expected} is needed here, and this is ${found}`,
    span,
    fixes: hint === undefined ? [] : [{ title: hint, edits: [] }],
  }),
});
