import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example } from "../example.ts";

export const widthsDiffer = defineDiagnostic<{
  readonly span: Span;
  readonly callee: string;
  readonly items: readonly { readonly name: string; readonly type: string; readonly origin: Span | undefined }[];
}>({
  code: "MMX2108",
  slug: "widths-differ",
  severity: "error",
  why: "Values that are stacked, joined, added over members or multiplied must agree in every axis that is not the joined one.",
  bad: example({
    body: `  t = clip.text |> Linear(64)
  a = (clip.audio else 0) |> Linear(32)
  score = stack(t, a) |> mean(over: members) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  good: example({
    body: `  t = clip.text |> Linear(64)
  a = (clip.audio else 0) |> Linear(64)
  score = stack(t, a) |> mean(over: members) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)`,
  }),
  describe: ({ span, callee, items }) => {
    const types = items.map((item) => item.type);
    const common = types.toSorted(
      (a, b) => types.filter((type) => type === b).length - types.filter((type) => type === a).length,
    )[0];
    const width = Math.max(...items.map((item) => item.name.length));
    const size = common?.split(", ").at(-1)?.replace(/\].*/, "") ?? "64";
    return {
      message: `${callee} needs its inputs to agree, but their shapes differ`,
      span,
      labels: items.flatMap((item) =>
        item.origin === undefined || item.origin === span ? [] : [{ span: item.origin, text: `${item.name}: ${item.type}` }],
      ),
      notes: items.map((item) => `${item.name.padEnd(width)}  ${item.type}${item.type === common ? "" : "   <- differs"}`),
      fixes: [
        { title: "give all the same width", preview: `x |> Linear(${size})`, edits: [] },
        ...(callee === "stack" ? [{ title: "join instead of stack", preview: "concat(a, b, along: last)", edits: [] }] : []),
      ],
    };
  },
});
