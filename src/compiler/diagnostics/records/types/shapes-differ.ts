import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const shapesDiffer = defineDiagnostic<{
  readonly span: Span;
  readonly operator: string;
  readonly left: string;
  readonly right: string;
  readonly reason: string;
  readonly labels: readonly { readonly span: Span; readonly text: string }[];
  readonly symbolic: boolean;
}>({
  code: "MMX2106",
  slug: "shapes-differ",
  severity: "error",
  why: "Elementwise operations need equal shapes; only a scalar, a trailing bias and an axis made by `expand` stretch. Silent broadcasting between other shapes hides mistakes, so it is refused.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  a = (clip.audio else 0) |> Linear(32)
  score = (t + a) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  good: example(),
  describe: ({ span, operator, left, right, reason, labels, symbolic }) => ({
    message: `the two sides of ${operator} do not meet: ${reason}`,
    span,
    labels,
    notes: [
      `left   ${left}`,
      `right  ${right}`,
      ...(symbolic ? ["sizes with different names are different sizes, even where the data happen to agree"] : []),
    ],
    fixes: [
      ...(symbolic ? [] : [{ title: "give both the same width before they meet", preview: "x |> Linear(64)", edits: [] }]),
      { title: "stretch the smaller one by name", preview: "spread(x, like: y)", edits: [] },
    ],
  }),
});
