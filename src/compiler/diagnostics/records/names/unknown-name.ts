import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, renameFix } from "../example.ts";

export const unknownName = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly candidates: readonly string[];
  /** A sentence on the names there are, where those are few. */
  readonly known?: string | undefined;
  /** The library module that declares it, where one does. */
  readonly library?: string | undefined;
  /** Where it is bound further down. */
  readonly later?: Span | undefined;
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
  describe: ({ span, name, candidates, known, library, later }) => {
    if (later !== undefined) {
      return {
        message: `${name} is used before it is declared`,
        span,
        labels: [{ span: later, text: `${name} is declared here, further down` }],
        fixes: [{ title: "move the declaration above its use", edits: [] }],
      };
    }
    if (library !== undefined) {
      return {
        message: `nothing here is called ${name}`,
        span,
        notes: [`${library} has it`],
        fixes: [{ title: "bring the library in, under the first line", preview: `use ${library}`, edits: [] }],
      };
    }
    return {
      message: `nothing here is called ${name}`,
      span,
      notes: known === undefined ? [] : [known],
      fixes: renameFix(span, name, candidates),
    };
  },
});
