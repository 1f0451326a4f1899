import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const withheldRead = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly parameter: string;
}>({
  code: "MMX3007",
  slug: "withheld-read",
  severity: "error",
  why: "The parameter says `without` this field: an unlabelled target domain, for example, whose labels the model must never see.",
  bad: example({
    parameter: "clip: clips without audio",
    body: `  score = (clip.audio else 0) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.text)`,
  }),
  good: example({
    parameter: "clip: clips without audio",
    body: `  score = clip.text |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace("  audio: f32[B, Fa] optional\n", "  audio: id f32[B, Fa]\n"),
  describe: ({ span, name, parameter }) => ({ message: `${parameter} is taken without ${name}`, span }),
});
