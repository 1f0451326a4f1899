import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const lengthsWrong = defineDataDiagnostic<{
  readonly span: Span;
  /** A field or a ragged dimension. */
  readonly of: string;
  /** What is wrong, e.g. `sample 3 is 9 long, and text stores 5 steps`. */
  readonly problem: string;
}>({
  code: "MMX4009",
  slug: "lengths-wrong",
  severity: "error",
  why: "A column of lengths holds one whole number a sample, from 1 to the stored length, and fields that share a ragged dimension share their lengths. (A length of 0 is an absent sample: for that the field must be optional.)",
  bad: `mmx 1
dim T <= 4 ragged
data clips {
  file "clips.npz"
  text: f32[B, T, 2]
}
`,
  good: `mmx 1
dim T <= 4 ragged
data clips {
  file "clips.npz"
  text: f32[B, T, 2] from "words"
}
`,
  file: {
    text: { type: "f32", shape: [2, 3, 2], values: [1, 2, 3, 4, 5, 6, 1, 2, 0, 0, 0, 0] },
    text_length: { type: "i32", shape: [2], values: [5, 1] },
    words: { type: "f32", shape: [2, 3, 2], values: [1, 2, 3, 4, 5, 6, 1, 2, 0, 0, 0, 0] },
    words_length: { type: "i32", shape: [2], values: [3, 1] },
  },
  describe: ({ span, of, problem }) => ({
    message: `the lengths of ${of} cannot be right: ${problem}`,
    span,
    fixes: [{ title: "mend the lengths in the file", edits: [] }],
  }),
});
