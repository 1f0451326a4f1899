import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const partEmpty = defineDataDiagnostic<{
  readonly span: Span;
  readonly part: string;
  /** Why nothing is in it: `no row of fold is 1; it holds 0, 2`. */
  readonly reason: string;
}>({
  code: "MMX4015",
  slug: "part-empty",
  severity: "error",
  why: "A part without samples cannot be trained or tested on; its value is usually misspelt, or the data are too few for its share.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  split by fold { train: 0, valid: 1, test: 2 }
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  split by fold { train: 0, test: 2 }
}
`,
  file: { text: { type: "f32", shape: [3, 2] }, fold: { type: "u8", shape: [3], values: [0, 0, 2] } },
  describe: ({ span, part, reason }) => ({
    message: `the part ${part} is empty: ${reason}`,
    span,
    fixes: [{ title: `leave ${part} out, or mend its value or share`, edits: [] }],
  }),
});
