import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { raggedExample } from "../example.ts";

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
  bad: raggedExample("  score = clip.text |> transpose(Ft, T) |> Linear(1) |> squeeze() |> Linear(1) |> squeeze()"),
  good: raggedExample("  score = clip.text |> mean(over: T) |> Linear(1) |> squeeze()"),
  describe: ({ span, name, shape, unsteady }) => ({
    message: `this makes a weight as wide as ${unsteady.join(" and ")}, which changes from batch to batch`,
    span,
    notes: [`${name}  ${shape}`],
    fixes: [{ title: "reduce that axis first", preview: `mean(x, over: ${unsteady[0] ?? "T"})`, edits: [] }],
  }),
});
