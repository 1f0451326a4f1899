import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const groupLeak = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly first: string;
  readonly second: string;
  readonly shared: number;
  readonly example: string;
}>({
  code: "MMX4017",
  slug: "group-leak",
  severity: "warning",
  why: "When samples of one group (speaker, video, patient) stand in training and in test, a model can score by recognising the group. Results then say little about new ones.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  speaker: id text[B]
  split by fold { train: 0, test: 1 }
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
  speaker: id text[B]
  split random { train: 50%, test: 50% } seed 1 group speaker
}
`,
  file: {
    text: { type: "f32", shape: [4, 2] },
    speaker: { type: "text", shape: [4], values: ["ann", "ann", "bob", "bob"] },
    fold: { type: "u8", shape: [4], values: [0, 1, 0, 0] },
  },
  describe: ({ span, field, first, second, shared, example }) => ({
    message: `${shared} ${shared === 1 ? "value" : "values"} of ${field} ${shared === 1 ? "is" : "are"} in both ${first} and ${second}, e.g. ${JSON.stringify(example)}`,
    span,
    fixes: [{ title: "split so that a group stays together", preview: `split random { … } seed 1 group ${field}`, edits: [] }],
  }),
});
