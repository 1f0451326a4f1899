// A pipeline's texts: literal pieces and the expressions between braces, each at its place in the file.
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { diagnose } from "../diagnostics/diagnostic.ts";
import { badTemplate } from "../diagnostics/records/pipelines/bad-template.ts";
import type { Expression, StringLiteral } from "../syntax/ast.ts";
import { parse } from "../syntax/parse.ts";

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/**
 * The pieces of a string literal of a file with that text. `{…}` is an expression, `{{` and `}}` are braces. In a text over
 * several lines the first line end, the indentation that all lines share and the blanks at the end are layout, not text.
 */
export function templatePieces(
  literal: StringLiteral,
  source: string,
  report: (diagnostic: Diagnostic) => void,
): readonly (string | Expression)[] {
  const { file, start, end } = literal.span;
  const triple = source.startsWith('"""', start);
  const last = end - (triple ? 3 : 1);
  const indent = triple ? sharedIndent(source.slice(start + 3, last)) : 0;
  const pieces: (string | Expression)[] = [];
  let text = "";
  let at = start + (triple ? 3 : 1);
  if (triple && source[at] === "\n") at = skipIndent(source, at + 1, indent);
  while (at < last) {
    const sign = source[at] ?? "";
    if ((sign === "{" || sign === "}") && source[at + 1] === sign) {
      text += sign;
      at += 2;
    } else if (sign === "}") {
      report(diagnose(badTemplate, { span: { file, start: at, end: at + 1 }, reason: "this `}` closes nothing" }));
      at += 1;
    } else if (sign === "{") {
      const close = closingBrace(source, at, last);
      if (close === undefined) {
        report(diagnose(badTemplate, { span: { file, start: at, end: at + 1 }, reason: "this `{` is never closed" }));
        return pieces;
      }
      if (text !== "") pieces.push(text);
      text = "";
      pieces.push(expressionAt(source, file, at + 1, close, report));
      at = close + 1;
    } else if (!triple && sign === "\\") {
      const escaped = source[at + 1] ?? "";
      text += escapes[escaped] ?? escaped;
      at += 2;
    } else {
      text += sign;
      at += 1;
      if (triple && sign === "\n") at = skipIndent(source, at, indent);
    }
  }
  if (triple) text = text.trimEnd();
  if (text !== "") pieces.push(text);
  return pieces;
}

function sharedIndent(text: string): number {
  const lines = text
    .split("\n")
    .slice(1)
    .filter((line) => line.trim() !== "");
  return lines.length === 0 ? 0 : Math.min(...lines.map((line) => line.length - line.trimStart().length));
}

function skipIndent(source: string, at: number, indent: number): number {
  let next = at;
  while (next < at + indent && source[next] === " ") next += 1;
  return next;
}

/** The brace that closes the one at the place; braces inside quotes do not count. */
function closingBrace(source: string, open: number, last: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = open; at < last; at += 1) {
    const sign = source[at];
    if (sign === '"') quoted = !quoted;
    else if (!quoted && sign === "{") depth += 1;
    else if (!quoted && sign === "}") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

/** Parsed in a text of its own, at the same offset as in the file, so that every place is right. */
function expressionAt(
  source: string,
  file: string,
  start: number,
  end: number,
  report: (diagnostic: Diagnostic) => void,
): Expression {
  const head = "mmx 1\n";
  const binding = "v = ";
  const blank = " ".repeat(Math.max(0, start - head.length - binding.length));
  const { ast, diagnostics } = parse({ path: file, text: `${head}${blank}${binding}${source.slice(start, end)}\n` });
  const span = { file, start: start - 1, end: end + 1 };
  const [item] = ast.items;
  if (source.slice(start, end).trim() === "" || item?.kind !== "constant" || ast.items.length > 1) {
    report(diagnose(badTemplate, { span, reason: "between `{` and `}` must stand one expression" }));
    return { kind: "missing", span };
  }
  for (const diagnostic of diagnostics) report(diagnostic);
  return item.value;
}
