import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export interface ShapeRemedy {
  /**
   * width: the last axes are two constants; length: two axes of different length; stretch: the one lacks the other's last axis;
   * name: the one's axes are some of the other's; drop: the one has a last axis of size 1 too many.
   */
  readonly kind: "width" | "length" | "stretch" | "name" | "drop";
  /** The left side's size or name of the axis that differs. */
  readonly axis: string;
}

const remedies: Readonly<
  Record<ShapeRemedy["kind"], (remedy: ShapeRemedy) => { readonly title: string; readonly preview: string }>
> = {
  width: ({ axis }) => ({ title: "give both the same width before they meet", preview: `x |> Linear(${axis})` }),
  length: ({ axis }) => ({ title: "bring both to one value a sample before they meet", preview: `mean(x, over: ${axis})` }),
  stretch: () => ({ title: "give the smaller one a last axis that stretches", preview: "expand(x, last)" }),
  name: () => ({ title: "stretch the smaller one by name", preview: "spread(x, like: y)" }),
  drop: () => ({ title: "drop the last axis", preview: "squeeze(x)" }),
};

export const shapesDiffer = defineDiagnostic<{
  readonly span: Span;
  readonly operator: string;
  readonly left: string;
  readonly right: string;
  readonly reason: string;
  readonly labels: readonly { readonly span: Span; readonly text: string }[];
  readonly symbolic: boolean;
  /** What may mend it, where the shapes tell. */
  readonly remedy?: ShapeRemedy | undefined;
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
  describe: ({ span, operator, left, right, reason, labels, symbolic, remedy }) => ({
    message: `the two sides of ${operator} do not meet: ${reason}`,
    span,
    labels,
    notes: [
      `left   ${left}`,
      `right  ${right}`,
      ...(remedy?.kind === "drop" ? ["`squeeze(x)` drops a last axis of size 1"] : []),
      ...(symbolic ? ["sizes with different names are different sizes, even where the data happen to agree"] : []),
    ],
    fixes: remedy === undefined ? [] : [{ ...remedies[remedy.kind](remedy), edits: [] }],
  }),
});
