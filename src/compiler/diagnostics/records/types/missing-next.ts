import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const missingNext = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
}>({
  code: "MMX2118",
  slug: "missing-next",
  severity: "error",
  why: "A scan says with `next` what each carry becomes.",
  bad: example({
    data: `  text:  f32[B, T, Ft]
  mood:  target f32[B]`,
    body: `  h = zeros(B, 8)
  x = clip.text
  out = scan x over T carry s = h { s }
  score = out |> last(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace("data clips", "dim T <= 50 ragged\ndata clips"),
  good: example({
    data: `  text:  f32[B, T, Ft]
  mood:  target f32[B]`,
    body: `  h = zeros(B, 8)
  x = clip.text |> Linear(8)
  out = scan x over T carry s = h { next s = s + x, s }
  score = out |> last(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace("data clips", "dim T <= 50 ragged\ndata clips"),
  describe: ({ span, name }) => ({
    message: `nothing says what ${name} becomes at the next step`,
    span,
    fixes: [{ title: "add it to the loop's block", preview: `next ${name} = …`, edits: [] }],
  }),
});
