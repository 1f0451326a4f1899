import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { raggedExample } from "../example.ts";

export const missingNext = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
}>({
  code: "MMX2118",
  slug: "missing-next",
  severity: "error",
  why: "A scan says with `next` what each carry becomes.",
  bad: raggedExample(`  h = zeros(B, 8)
  x = clip.text
  out = scan x over T carry s = h { s }
  score = out |> last(over: T) |> Linear(1) |> squeeze()`),
  good: raggedExample(`  h = zeros(B, 8)
  x = clip.text |> Linear(8)
  out = scan x over T carry s = h { next s = s + x, s }
  score = out |> last(over: T) |> Linear(1) |> squeeze()`),
  describe: ({ span, name }) => ({
    message: `nothing says what ${name} becomes at the next step`,
    span,
    fixes: [{ title: "add it to the loop's block", preview: `next ${name} = …`, edits: [] }],
  }),
});
