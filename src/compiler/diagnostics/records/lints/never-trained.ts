import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const neverTrained = defineDiagnostic<{
  readonly span: Span;
  readonly names: readonly string[];
}>({
  code: "MMX6004",
  slug: "never-trained",
  severity: "warning",
  why: "Weights that no stage reaches keep their random start: what depends on them is noise. Freeze them where that is meant.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  noise = clip.text |> Linear(64)
  score = (t + stop(noise)) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example({
    body: `  t = clip.text |> Linear(64)
  more = clip.text |> Linear(64)
  score = (t + more) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  describe: ({ span, names }) => ({
    message: `no stage trains ${names.length === 1 ? "the weight" : `${names.length} weights`} made here`,
    span,
    notes: names.slice(0, 4).map((name) => name),
  }),
});
