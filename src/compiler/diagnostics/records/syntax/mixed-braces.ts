import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";

/** Braces that hold both `key: value` and bare values. */
export const mixedBraces = defineDiagnostic<{ readonly span: Span }>({
  code: "MMX1014",
  slug: "mixed-braces",
  severity: "error",
  why: "`{ a: x, b: y }` is a record and every entry has a key; `{ s, t }` is a set and none has.",
  bad: "mmx 1\nrates = { audio: 30%, 20% }\n",
  good: "mmx 1\nrates = { audio: 30%, vision: 20% }\n",
  describe: ({ span }) => ({
    message: "this entry of a record has no key",
    span,
    fixes: [{ title: "write `key: value`", edits: [{ span: { ...span, end: span.start }, replacement: "key: " }] }],
  }),
});
