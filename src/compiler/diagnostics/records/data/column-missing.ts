import type { Span } from "../../../source/span.ts";
import type { Fix } from "../../diagnostic.ts";
import { defineDataDiagnostic } from "./record.ts";

function readFrom(reader: string, column: string, end: Span | undefined): Fix {
  const preview = `from ${JSON.stringify(column)}`;
  const edits = end === undefined ? [] : [{ span: end, replacement: ` ${preview}` }];
  return { title: `read ${reader} from ${JSON.stringify(column)}`, preview, edits };
}

export const columnMissing = defineDataDiagnostic<{
  readonly span: Span;
  /** What needs the column: `mood`, `the split`. */
  readonly reader: string;
  readonly column: string;
  readonly path: string;
  readonly columns: readonly string[];
  /** A column of the file that is probably meant. */
  readonly meant: string | undefined;
  /** Where `from "…"` can be written: the field's end; undefined where the field has one. */
  readonly end: Span | undefined;
}>({
  code: "MMX4001",
  slug: "column-missing",
  severity: "error",
  why: 'Every field is read from the column of its name, or from the one that `from "…"` gives. A file without that column cannot fill the field.',
  bad: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 4]
  labels: target f32[B]
}
`,
  good: `mmx 1
data clips {
  file "clips.npz"
  text: f32[B, 4]
  labels: target f32[B] from "label"
}
`,
  file: { text: { type: "f32", shape: [6, 4] }, label: { type: "f32", shape: [6] } },
  describe: ({ span, reader, column, path, columns, meant, end }) => ({
    message: `${path} has no column ${JSON.stringify(column)}, which ${reader} is read from`,
    span,
    notes: [`it has ${columns.length === 0 ? "no columns" : columns.join(", ")}`],
    fixes: meant === undefined ? [] : [readFrom(reader, meant, end)],
  }),
});
