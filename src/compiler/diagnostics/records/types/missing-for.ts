import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const missingFor = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
}>({
  code: "MMX2128",
  slug: "missing-for",
  severity: "error",
  why: "A name between brackets stands for each member of a set in turn; `for m in M` says of which set.",
  bad: example({
    top: "modalities M = text | audio",
    body: `  h[m] = (clip[m] else 0) |> Linear(64)
  score = h.text + h.audio |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  good: example({
    top: "modalities M = text | audio",
    body: `  h[m] = (clip[m] else 0) |> Linear(64) for m in M
  score = (h.text + h.audio) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  describe: ({ span, name }) => ({
    message: `nothing says which members ${name} stands for`,
    span,
    fixes: [{ title: "say over which set", preview: `… for ${name} in M`, edits: [] }],
  }),
});
