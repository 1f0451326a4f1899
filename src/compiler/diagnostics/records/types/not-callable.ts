import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const notCallable = defineDiagnostic<{
  readonly span: Span;
  readonly found: string;
}>({
  code: "MMX2102",
  slug: "not-callable",
  severity: "error",
  why: "Only modules, functions and built-ins take arguments; what stands after `|>` must be one of them.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  score = t |> clip.text
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, found }) => ({
    message: `this is ${found}, which takes no input`,
    span,
    notes: ["a module, a function or a module value can stand here"],
  }),
});
