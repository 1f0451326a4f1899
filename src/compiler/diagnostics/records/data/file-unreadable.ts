import type { Span } from "../../../source/span.ts";
import { defineDataDiagnostic } from "./record.ts";

export const fileUnreadable = defineDataDiagnostic<{
  readonly span: Span;
  readonly data: string;
  readonly path: string;
  readonly reason: string;
  readonly remedy: string;
}>({
  code: "MMX4018",
  slug: "file-unreadable",
  severity: "error",
  why: "The data file is not there, or is not what its extension says.",
  bad: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 2]
}
`,
  good: `mmx 1
data clips {
  text: f32[B, 2]
}
`,
  file: undefined,
  describe: ({ span, data, path, reason, remedy }) => ({
    message: `the file of data ${data} cannot be read: ${reason}`,
    span,
    notes: [`path  ${path}`],
    fixes: [{ title: remedy, edits: [] }],
  }),
});
