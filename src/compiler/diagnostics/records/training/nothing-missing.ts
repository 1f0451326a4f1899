import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const nothingMissing = defineDiagnostic<{
  readonly span: Span;
}>({
  code: "MMX5013",
  slug: "nothing-missing",
  severity: "error",
  why: "A missing-modality test takes optional fields away. Where no field is optional there is nothing to take, and the model does not say what it would do without one.",
  bad: example({
    data: "  text:  f32[B, Ft]\n  mood:  target f32[B]",
    body: "  score = clip.text |> Linear(1) |> squeeze()\n  predict mood = score\n  loss task = mae(score, clip.mood)",
    bottom: "evaluate Tri on clips.train {\n  metrics: [mae]\n  missing: subsets(all)\n}",
  }),
  good: example({ bottom: "evaluate Tri on clips.train {\n  metrics: [mae]\n  missing: subsets(all)\n}" }),
  describe: ({ span }) => ({
    message: "no field is optional, so none can be missing in a test",
    span,
    fixes: [
      {
        title: "declare a field optional, and say in the model what stands in for it",
        preview: "audio: f32[B, Fa] optional",
        edits: [],
      },
    ],
  }),
});
