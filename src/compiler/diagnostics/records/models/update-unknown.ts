import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const updateUnknown = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly found: string;
}>({
  code: "MMX3009",
  slug: "update-unknown",
  severity: "error",
  why: "`update` sets a bank that the model has declared.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  update t = t
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, name, found }) => ({
    message: `only a bank can be updated, and ${name} is ${found}`,
    span,
    fixes: [{ title: "declare it", preview: `bank ${name}: f32[samples, 64] = 0`, edits: [] }],
  }),
});
