import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** A language version that this compiler does not read. */
export const unsupportedVersion = defineDiagnostic<{ readonly span: Span; readonly version: string }>({
  code: "MMX1007",
  slug: "unsupported-version",
  severity: "error",
  why: "This compiler reads version 1 of the language. A spec of a later version needs a later mmx.",
  bad: "mmx 2\ntau = 0.1\n",
  good: "mmx 1\ntau = 0.1\n",
  describe: ({ span, version }) => ({
    message: `version ${version} of the language is not known here; this compiler reads version 1`,
    span,
    fixes: [{ title: "write version 1", preview: "mmx 1", edits: [{ span, replacement: "1" }] }],
  }),
});
