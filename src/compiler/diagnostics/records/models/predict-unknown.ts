import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const predictUnknown = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly targets: readonly string[];
}>({
  code: "MMX3002",
  slug: "predict-unknown",
  severity: "error",
  why: "`predict` answers a target of the data block and has its name.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = t |> Linear(1) |> squeeze()
  predict moood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, name, targets }) => ({
    message: `the data have no target ${name}`,
    span,
    notes: targets.length === 0 ? ["no field is marked `target`"] : [`the targets are ${listOf(targets, "and")}`],
    fixes: renameFix(span, name, targets),
  }),
});
