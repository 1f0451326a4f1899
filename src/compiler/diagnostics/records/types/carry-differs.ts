import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { raggedExample } from "../example.ts";

export const carryDiffers = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly was: string;
  readonly becomes: string;
}>({
  code: "MMX2117",
  slug: "carry-differs",
  severity: "error",
  why: "A scan's carry keeps its shape from step to step.",
  bad: raggedExample(`  h = zeros(B, 8)
  cell = Linear(16)
  x = clip.text
  out = scan x over T carry s = h { next s = x |> cell, s }
  score = out |> last(over: T) |> Linear(1) |> squeeze()`),
  good: raggedExample(`  h = zeros(B, 16)
  cell = Linear(16)
  x = clip.text
  out = scan x over T carry s = h { next s = x |> cell, s }
  score = out |> last(over: T) |> Linear(1) |> squeeze()`),
  describe: ({ span, name, was, becomes }) => ({ message: `${name} starts as ${was} and would become ${becomes}`, span }),
});
