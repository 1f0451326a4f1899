import type { Span } from "../../../source/span.ts";
import { defineDiagnostic, type Fix } from "../../diagnostic.ts";

/** The parser met something other than what has to come here. */
export const unexpected = defineDiagnostic<{
  readonly span: Span;
  readonly found: string;
  readonly expected: string;
  readonly notes?: readonly string[];
  readonly fixes?: readonly Fix[];
}>({
  code: "MMX1001",
  slug: "unexpected",
  severity: "error",
  why:
    "The text does not follow the grammar at this place. A statement ends at the end of its line, a setting is `key: value`, " +
    "a binding is `name = value`. The rest of the file is still checked.",
  bad: "mmx 1\ndim D < 3\n",
  good: "mmx 1\ndim D = 3\n",
  describe: ({ span, found, expected, notes, fixes }) => ({
    message: `expected ${expected}, found ${found}`,
    span,
    ...(notes === undefined ? {} : { notes }),
    ...(fixes === undefined ? {} : { fixes }),
  }),
});
