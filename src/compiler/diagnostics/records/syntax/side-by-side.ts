import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** Two values with nothing between them. */
export const sideBySide = defineDiagnostic<{
  readonly span: Span;
  readonly found: string;
  /** Between the two. */
  readonly gap: Span;
  /** The second is a call, which a pipe could feed. */
  readonly callable: boolean;
}>({
  code: "MMX1016",
  slug: "side-by-side",
  severity: "error",
  why:
    "Two values next to each other mean nothing by themselves: a `|>` gives the first to the second, an operator joins them, a " +
    "comma separates them, and a new statement begins on a new line.",
  bad: "mmx 1\nfn half(x: f32[B, D]) = x mean(over: D)\n",
  good: "mmx 1\nfn half(x: f32[B, D]) = x |> mean(over: D)\n",
  describe: ({ span, found, gap, callable }) => ({
    message: `nothing joins ${found} to the value before it`,
    span,
    fixes: callable
      ? [
          { title: "give it the value before with `|>`", edits: [{ span: gap, replacement: " |> " }] },
          { title: "begin a new line, where it is a statement of its own", edits: [] },
        ]
      : [
          { title: "put an operator or a comma between them", edits: [] },
          { title: "begin a new line, where it is a statement of its own", edits: [] },
        ],
  }),
});
