import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** The file does not begin with `mmx 1`; `found` is where the header stands instead, if anywhere. */
export const missingHeader = defineDiagnostic<{ readonly span: Span; readonly later: Span | undefined }>({
  code: "MMX1006",
  slug: "missing-header",
  severity: "error",
  why:
    "The first line says which version of the language the spec is written in, so that a later compiler reads it as it was " +
    "meant. Comments may come before it.",
  bad: "tau = 0.1\n",
  good: "mmx 1\ntau = 0.1\n",
  describe: ({ span, later }) =>
    later === undefined
      ? {
          message: "a spec begins with the language version, `mmx 1`",
          span,
          fixes: [{ title: "add the header", preview: "mmx 1", edits: [{ span, replacement: "mmx 1\n" }] }],
        }
      : {
          message: "the header `mmx 1` comes before everything else",
          span: later,
          fixes: [
            {
              title: "move it to the first line",
              edits: [
                { span, replacement: "mmx 1\n" },
                { span: later, replacement: "" },
              ],
            },
          ],
        },
});
