// The papers' specs and the benchmarks' models, made small: sizes by overrides and by the batch, depths by replacing text, so that ten steps of every stage
// take a second and still go through every kind of node that the papers' own sizes do.
import { readFileSync } from "node:fs";
import type { Sizes } from "../../../src/compiler/dims/dim.ts";

type Replacements = Readonly<Record<string, readonly (readonly [string, string])[]>>;

export interface PaperSpec {
  readonly path: string;
  readonly sizes: Sizes;
  readonly overrides?: Readonly<Record<string, string>>;
  /** Pieces of text in the spec or in a file that it uses, and what stands there instead. */
  readonly replaced?: Replacements;
  /** Thousands of nodes: too many for the tests that run at every change. */
  readonly large?: true;
}

export const papers: readonly PaperSpec[] = [
  {
    path: "tests/check/papers/cyin.mmx",
    sizes: { B: 4, T: 4, Ft: 5, Fa: 3, Fv: 2 },
    overrides: { K: "8" },
    replaced: {
      "tests/check/papers/cyin.mmx": [
        ["Linear(64) |> relu()", "Linear(9) |> relu()"],
        ["M = text | audio | vision", "M = text | vision"],
      ],
    },
  },
  { path: "tests/check/papers/semantic-mac.mmx", sizes: { B: 4, Ft: 5, Fa: 3, samples: 9 } },
  { path: "tests/check/papers/mmpda.mmx", sizes: { B: 4, Ff: 3, Fm: 4 } },
  { path: "examples/digits/digits.mmx", sizes: { B: 5, P: 7 }, overrides: { D: "9", Z: "3" } },
  { path: "examples/mmcl/mmcl.mmx", sizes: { B: 5, Ft: 5, Fa: 3, Fv: 2 }, overrides: { D: "9" } },
  { path: "bench/models/e3rg-classifier.mmx", sizes: { B: 5, F: 7 }, overrides: { D: "9" } },
  { path: "bench/models/reference.mmx", sizes: { B: 3, F: 5, G: 3, H: 2 }, overrides: { T: "5", D: "8" } },
  { path: "bench/models/tiny.mmx", sizes: { B: 5, F: 5, G: 3, H: 1 }, overrides: { D: "9" } },
  {
    path: "examples/cyin/cyin.mmx",
    large: true,
    sizes: { B: 3, Ft: 5, Fa: 3, Fv: 2 },
    overrides: { T: "4", D: "8", blocks: "1", layers: "1" },
    replaced: { "examples/cyin/cyin.mmx": [["memory: 3", "memory: 1"]] },
  },
  {
    path: "examples/mmpda/mmpda.mmx",
    large: true,
    sizes: { B: 3, Ff: 5, Fm: 3 },
    overrides: { T: "2", S: "3", D: "8", layers: "1" },
    replaced: { "examples/mmpda/mmpda.mmx": [["LSTM(512)", "LSTM(6)"]] },
  },
  {
    path: "examples/mmpda/office.mmx",
    large: true,
    sizes: { B: 3, Fs: 5, Fh: 3, Fc: 4 },
    overrides: { D: "8", layers: "1" },
  },
  {
    path: "examples/semantic-mac/semantic-mac.mmx",
    large: true,
    sizes: { B: 3, "L.text": 5, "L.audio": 3, "L.vision": 4, Ft: 5, Fa: 3, Fv: 4, samples: 9 },
    overrides: { D: "8", K: "3", depth: "1", heads: "2" },
  },
];

/** A file as the spec of a paper reads it, replacements made. Throws where a piece that is to be replaced is not there. */
export function readFor({ replaced = {} }: PaperSpec, path: string): string {
  return (replaced[path] ?? []).reduce(
    (text, [from, to]) => {
      if (!text.includes(from)) throw new RangeError(`${path} does not say ${from}`);
      return text.replaceAll(from, to);
    },
    readFileSync(path, "utf8"),
  );
}
