import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const notEncodable = defineDataDiagnostic<{
  readonly span: Span;
  readonly field: string;
  readonly column: string;
}>({
  code: "MMX4020",
  slug: "not-encodable",
  severity: "error",
  why: "An encoder reads texts, or the paths of sounds or images: a column with one text a sample.",
  bad: `mmx 1
data clips {
  file "clips.csv"
  text: f32[B, Ft] from encode(raw.score, "all-MiniLM-L6-v2")
}
`,
  good: `mmx 1
data clips {
  file "clips.csv"
  score: f32[B]
}
`,
  file: { score: { type: "f64", shape: [3], values: [1, 2, 3] } },
  describe: ({ span, field, column }) => ({
    message: `${field} is encoded from a column that holds numbers`,
    span,
    notes: [`file  ${column}`],
    fixes: [{ title: "name the column with the texts, or with the files' paths", edits: [] }],
  }),
});
