import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const unsteadyWeight = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly shape: string;
  /** The sizes that are not the same for every batch. */
  readonly unsteady: readonly string[];
}>({
  code: "MMX2127",
  slug: "unsteady-weight",
  severity: "error",
  why: "A weight has one shape for the whole training. The batch size and ragged lengths change from batch to batch, so no weight can be as wide as one of them.",
  bad: example({
    top: "dim T <= 50 ragged",
    data: "  text: f32[B, T, Ft]\n  mood: target f32[B]",
    body: `  score = clip.text |> transpose(Ft, T) |> Linear(1) |> squeeze() |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace(/(mmx 1\n)([\s\S]*)(dim T <= 50 ragged\n)/, "$1$3$2"),
  good: example({
    top: "dim T <= 50 ragged",
    data: "  text: f32[B, T, Ft]\n  mood: target f32[B]",
    body: `  score = clip.text |> mean(over: T) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace(/(mmx 1\n)([\s\S]*)(dim T <= 50 ragged\n)/, "$1$3$2"),
  describe: ({ span, name, shape, unsteady }) => ({
    message: `this makes a weight as wide as ${unsteady.join(" and ")}, which changes from batch to batch`,
    span,
    notes: [`${name}  ${shape}`],
    fixes: [{ title: "reduce that axis first", preview: `mean(x, over: ${unsteady[0] ?? "T"})`, edits: [] }],
  }),
});
