import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const partsOverlap = defineDataDiagnostic<{
  readonly span: Span;
  readonly first: string;
  readonly second: string;
  readonly value: string;
}>({
  code: "MMX4016",
  slug: "parts-overlap",
  severity: "error",
  why: "A sample that is in two parts is trained and tested on: the test result would be worth nothing.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  split by fold { train: [0, 1], test: 1 }
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  split by fold { train: 0, test: 1 }
}
`,
  file: { text: { type: "f32", shape: [3, 2] }, fold: { type: "u8", shape: [3], values: [0, 0, 1] } },
  describe: ({ span, first, second, value }) => ({
    message: `${first} and ${second} both take the rows whose value is ${value}`,
    span,
    fixes: [{ title: `take ${value} out of ${first} or of ${second}`, edits: [] }],
  }),
});
