import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const bankShape = defineDiagnostic<{
  readonly span: Span;
  readonly name: string;
  readonly bank: string;
  readonly found: string;
  readonly keyed: boolean;
}>({
  code: "MMX3008",
  slug: "bank-shape",
  severity: "error",
  why: "An update has the bank's shape; for a bank keyed by samples it has a row for each sample of the batch.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  bank seen: f32[samples, 64] = 0
  update seen = mean(t, over: B)
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio) + 0 * mean(rows(seen))`,
  }),
  good: example({
    body: `  t = clip.text |> Linear(64)
  bank seen: f32[samples, 64] = 0
  update seen = t
  score = t |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood) + 0 * mean(clip.audio) + 0 * mean(rows(seen))`,
  }),
  describe: ({ span, name, bank, found, keyed }) => ({
    message: `the update does not fit the bank ${name}`,
    span,
    notes: [
      `bank    ${bank}`,
      `update  ${found}`,
      ...(keyed ? ["a bank keyed by samples takes a row for each sample of the batch, f32[B, …]"] : []),
    ],
  }),
});
