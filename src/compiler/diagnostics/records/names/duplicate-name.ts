import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const duplicateName = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly first: Span | undefined;
  /** What is done twice; `declared` where left out. */
  readonly verb?: "predicted";
}>({
  code: "MMX2002",
  slug: "duplicate-name",
  severity: "error",
  why: "A name stands for one value in its block: a second binding of the same name would make it unclear which one later lines mean.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  t = clip.text |> Linear(32)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio)`,
  }),
  good: example(),
  describe: ({ span, name, first, verb = "declared" }) => ({
    message: `${name} is ${verb} twice`,
    span,
    labels: first === undefined ? [] : [{ span: first, text: `${name} is ${verb} here first` }],
    fixes: [
      verb === "predicted"
        ? { title: "keep one prediction a target", edits: [] }
        : { title: "give the second one another name", preview: `${name}_2`, edits: [] },
    ],
  }),
});
