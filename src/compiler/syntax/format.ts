// The canonical layout of a spec, for `mmx fmt` and editors: one statement a line, two spaces a level, one space around
// operators, at most one blank line, comments kept. The author's line breaks inside a statement stay.

import { positionAt } from "../source/span.ts";
import { joinLines, toLines } from "./format/lines.ts";
import { toPieces } from "./format/pieces.ts";
import { parse } from "./parse.ts";

/**
 * The formatted text; formatting it again changes nothing, and it parses to the same tree.
 * Throws an Error where the text has syntax errors: callers show those instead.
 */
export function format(text: string): string {
  const [mistake] = parse({ path: "", text }).diagnostics;
  if (mistake !== undefined) {
    const { line } = positionAt(text, mistake.span.start);
    throw new Error(`cannot format a spec with syntax errors: line ${line}: ${mistake.message}`);
  }
  return joinLines(toLines(toPieces(text)));
}
