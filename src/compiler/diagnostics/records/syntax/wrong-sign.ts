import type { Span } from "../../../source/span.ts";
import { defineDiagnostic, type TextEdit } from "../../diagnostic.ts";

/** One of `=`, `:`, `==`, `->` where another of them belongs. */
export const wrongSign = defineDiagnostic<{
  readonly span: Span;
  readonly found: string;
  readonly expected: string;
  readonly edit: TextEdit;
}>({
  code: "MMX1011",
  slug: "wrong-sign",
  severity: "error",
  why:
    "`name = value` makes a value; `key: value` is a setting, a named argument or a type; `==` compares; `->` comes before a " +
    "result type.",
  bad: "mmx 1\ntau: 0.1\n",
  good: "mmx 1\ntau = 0.1\n",
  describe: ({ span, found, expected, edit }) => ({
    message: `\`${expected}\` belongs here, not \`${found}\``,
    span,
    notes: roles[expected] === undefined ? [] : [roles[expected]],
    fixes: [{ title: `write \`${expected}\``, edits: [edit] }],
  }),
});

const roles: Readonly<Record<string, string>> = {
  "=": "`name = value` makes a value",
  ":": "`key: value` is a setting, a named argument or a type",
  "->": "`->` comes before a result type",
  in: "`for m in M` names the domain",
};
