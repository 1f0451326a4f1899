import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const sharedWeightDiffers = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly first: string;
  readonly second: string;
}>({
  code: "MMX2122",
  slug: "shared-weight-differs",
  severity: "error",
  why: "A module bound to a name has one set of weights for all its uses, so its inputs must have one width.",
  bad: example({
    body: `  code = Linear(64)
  t = clip.text |> code
  a = (clip.audio else 0) |> code
  score = (t + a) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  good: example(),
  describe: ({ span, name, first, second }) => ({
    message: `the shared weight ${name.split("/").at(-1)} would need two shapes`,
    span,
    notes: [`first use   ${first}`, `this use    ${second}`],
    fixes: [{ title: "make a module of its own here", preview: "x |> Linear(64)", edits: [] }],
  }),
});
