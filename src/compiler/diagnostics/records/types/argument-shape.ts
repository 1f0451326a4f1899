import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const argumentShape = defineDiagnostic<{
  readonly span: Span;
  readonly callee: string;
  readonly parameter: string;
  readonly expected: string;
  readonly found: string;
  readonly reason: string;
  readonly labels: readonly { readonly span: Span; readonly text: string }[];
}>({
  code: "MMX2107",
  slug: "argument-shape",
  severity: "error",
  why: "A module or function says in its signature which shapes it takes; a name there stands for one size throughout the call.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = t |> Linear(1)
  predict mood = score |> squeeze()
  loss task = cross_entropy(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, callee, parameter, expected, found, reason, labels }) => ({
    message: `${parameter} of ${callee} does not fit: ${reason}`,
    span,
    labels,
    notes: [`wanted  ${parameter}: ${expected}`, `given   ${found}`],
  }),
});
