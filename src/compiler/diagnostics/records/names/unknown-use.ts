import type { Span } from "../../../source/span.ts";
import { defineDiagnostic } from "../../diagnostic.ts";
import { example, listOf, renameFix } from "../example.ts";

export const unknownUse = defineDiagnostic<{
  readonly span: Span;
  readonly path: string;
  readonly candidates: readonly string[];
  readonly quoted: boolean;
}>({
  code: "MMX2003",
  slug: "unknown-use",
  severity: "error",
  why: "`use` names a module of the standard library (`std.attention`) or, in quotes, a file next to the spec.",
  bad: example().replace("mmx 1", "mmx 1\nuse std.atention"),
  good: example().replace("mmx 1", "mmx 1\nuse std.attention"),
  describe: ({ span, path, candidates, quoted }) => ({
    message: quoted ? `there is no file ${path} beside this spec` : `the standard library has no ${path}`,
    span,
    notes: quoted ? [] : [`it has ${listOf(candidates, "and")}`],
    fixes: quoted ? [] : renameFix(span, path, candidates),
  }),
});
