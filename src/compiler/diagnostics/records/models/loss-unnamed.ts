import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

const body = (loss: string): string => `  t = clip.text |> Linear(64)
  a = (clip.audio else 0) |> Linear(64)
  score = (t + a) |> Linear(1) |> squeeze()
  predict mood = score
  ${loss} = mae(score, clip.mood)`;

export const lossUnnamed = defineDiagnostic<{
  readonly span: Span;
}>({
  code: "MMX3013",
  slug: "loss-unnamed",
  severity: "error",
  why: "A model may have several losses, and a stage says by name which it minimises and with what weight: `loss task = …`, `minimize: task`.",
  bad: example({ body: body("loss") }),
  good: example({ body: body("loss task") }),
  describe: ({ span }) => ({
    message: "a loss needs a name",
    span,
    fixes: [{ title: "name it, as a stage does", preview: "loss task = …", edits: [] }],
  }),
});
