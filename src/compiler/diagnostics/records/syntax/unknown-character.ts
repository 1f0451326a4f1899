import type { Span } from "../../../source/span.ts";
import { defineDiagnostic, type Fix } from "../../diagnostic.ts";

/** Characters that begin no token; `instead` is what the language writes for them. */
export const unknownCharacter = defineDiagnostic<{
  readonly span: Span;
  readonly characters: string;
  readonly instead: { readonly advice: string; readonly replacement: string | undefined } | undefined;
}>({
  code: "MMX1002",
  slug: "unknown-character",
  severity: "error",
  why:
    "Outside strings and comments a spec is written with ASCII letters, digits and the language's signs. Names are letters, " +
    "digits and `_`.",
  bad: "mmx 1\n# the temperature\ntau = 0.1\n",
  good: "mmx 1\n// the temperature\ntau = 0.1\n",
  describe: ({ span, characters, instead }) => {
    const fixes: Fix[] =
      instead === undefined
        ? []
        : [
            {
              title: instead.advice,
              edits: instead.replacement === undefined ? [] : [{ span, replacement: instead.replacement }],
            },
          ];
    return { message: `\`${characters}\` means nothing in a spec`, span, fixes };
  },
});
