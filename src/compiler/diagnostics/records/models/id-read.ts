import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const idRead = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly declared: Span;
}>({
  code: "MMX3006",
  slug: "id-read",
  severity: "error",
  why: "An identifier names a sample: a model that reads it can learn the answers by heart. It may split, group and label samples, nothing more.",
  bad: example({
    data: `  text:  f32[B, Ft]
  video: id i32[B]
  mood:  target f32[B]`,
    body: `  score = clip.text |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + mean(clip.video)`,
  }),
  good: example({
    data: `  text:  f32[B, Ft]
  video: id i32[B]
  mood:  target f32[B]`,
    body: `  score = clip.text |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  describe: ({ span, name, declared }) => ({
    message: `${name} is an identifier, which a model may not read`,
    span,
    labels: [{ span: declared, text: "declared an id here" }],
  }),
});
