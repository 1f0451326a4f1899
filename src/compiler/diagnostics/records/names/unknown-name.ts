import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, renameFix } from "../example.ts";

export const unknownName = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly candidates: readonly string[];
  /** What the name should have stood for, where that is known. */
  readonly purpose?: string;
}>({
  code: "MMX2001",
  slug: "unknown-name",
  severity: "error",
  why: "Every name must be declared above its use: a value in the same block, a parameter, a dimension, a module of a library that `use` brings in, or a built-in function.",
  bad: example({
    body: `  _t = clip.text |> Linear(64)
  score = _u |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, name, candidates, purpose }) => ({
    message: purpose === undefined ? `nothing here is called ${name}` : `${name}: ${purpose} is not given`,
    span,
    fixes: renameFix(span, name, candidates),
  }),
});
