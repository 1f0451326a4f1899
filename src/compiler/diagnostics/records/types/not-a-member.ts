import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const notAMember = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly members: readonly string[];
}>({
  code: "MMX2114",
  slug: "not-a-member",
  severity: "error",
  why: "A family has one value for each member it was made for.",
  bad: example({
    top: "modalities M = text | audio",
    body: `  h[m] = (clip[m] else 0) |> Linear(64) for m in M
  score = h.video |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace("Ft]", "Ft] optional"),
  good: example({
    top: "modalities M = text | audio",
    body: `  h[m] = (clip[m] else 0) |> Linear(64) for m in M
  score = (h.text + h.audio) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }).replace("Ft]", "Ft] optional"),
  describe: ({ span, name, members }) => ({
    message: `there is no member ${name}`,
    span,
    notes: [`the members are ${listOf(members, "and")}`],
    fixes: renameFix(span, name, members).map((fix) => ({ ...fix, edits: [] })),
  }),
});
