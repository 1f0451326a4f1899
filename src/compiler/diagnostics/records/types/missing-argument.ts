import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const missingArgument = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly callee: string;
  readonly declared: Span | undefined;
}>({
  code: "MMX2104",
  slug: "missing-argument",
  severity: "error",
  why: "A parameter without a default must be given, by position or by name.",
  bad: example({
    body: `  t = clip.text |> Linear()
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, name, callee, declared }) => ({
    message: `${callee} needs ${name}`,
    span,
    labels: declared === undefined ? [] : [{ span: declared, text: "declared here, without a default" }],
  }),
});
