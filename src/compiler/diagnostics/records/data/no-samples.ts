import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const noSamples = defineDataDiagnostic<{ readonly span: Span; readonly path: string }>({
  code: "MMX4019",
  slug: "no-samples",
  severity: "error",
  why: "A file with no rows has nothing to train or test on.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2] from "words"
}
`,
  file: { text: { type: "f32", shape: [0, 2] }, words: { type: "f32", shape: [3, 2] } },
  describe: ({ span, path }) => ({ message: `${path} holds no samples`, span }),
});
