import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf } from "../example.ts";

export const optionalJoined = defineDiagnostic<{
  readonly span: Span;
  readonly callee: string;
  readonly fields: readonly string[];
}>({
  code: "MMX2116",
  slug: "optional-joined",
  severity: "error",
  why: "Where a modality is absent, a joined row would be absent as a whole. Say what stands in for it.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  a = clip.audio |> Linear(64)
  score = concat(t, a, along: last) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  good: example({
    body: `  t = clip.text |> Linear(64)
  a = clip.audio |> Linear(64)
  score = concat(t, a else 0, along: last) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  describe: ({ span, callee, fields }) => ({
    message: `${callee} joins a value that is absent where ${listOf(fields)} is`,
    span,
    fixes: [
      { title: "put a number where it is absent", preview: "x else 0", edits: [] },
      { title: "stack the members instead: absent ones are masked", preview: "stack(h[m] for m in M)", edits: [] },
    ],
  }),
});
