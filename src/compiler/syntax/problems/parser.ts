// Diagnostics for the places where the parser stopped: from what it expected and what it found to what was probably meant.
import type { IRecognitionException, IToken } from "chevrotain";
import { tokens } from "../../../../grammar/lexer.ts";
import { type Expectation, expectationOf } from "../../../../grammar/recovery.ts";
import { tokenSpecifications } from "../../../../grammar/tokens.ts";
import { isName, isReserved, itemKeywords } from "../../../../grammar/words.ts";
import { type Diagnostic, diagnose, type Fix, type TextEdit } from "../../diagnostics/diagnostic.ts";
import { missingValue } from "../../diagnostics/records/syntax/missing-value.ts";
import { reservedWord } from "../../diagnostics/records/syntax/reserved-word.ts";
import { sideBySide } from "../../diagnostics/records/syntax/side-by-side.ts";
import { unexpected } from "../../diagnostics/records/syntax/unexpected.ts";
import { unknownDeclaration } from "../../diagnostics/records/syntax/unknown-declaration.ts";
import { wrongSign } from "../../diagnostics/records/syntax/wrong-sign.ts";
import { closest } from "../../diagnostics/suggest.ts";
import type { Span } from "../../source/span.ts";

const itemWords = ["mmx", "use", "dim", "labels", "data", "modalities", "module", "fn", "model", "train", "evaluate"];
const statementWords = ["loss", "predict", "param", "bank", "update", "next", "stage"];
/** Where the statements stand that people write at the top of the file. */
const homes: Readonly<Record<string, string>> = {
  loss: "model",
  predict: "model",
  bank: "model",
  update: "model",
  param: "module",
  next: "scan",
  stage: "train block",
  file: "data block",
  split: "data block",
  standardise: "data block",
};
/** Words that go on after a complete value or type. */
const suffixWords = [
  "for",
  "in",
  "from",
  "optional",
  "ragged",
  "without",
  "backward",
  "seed",
  "stratify",
  "group",
  "else",
  "then",
];
/** Words of other languages for the same purpose. */
const foreign: Readonly<Record<string, string>> = {
  def: "module",
  class: "module",
  func: "fn",
  function: "fn",
  import: "use",
  include: "use",
  dataset: "data",
  eval: "evaluate",
  test: "evaluate",
  classes: "labels",
  enum: "labels",
  net: "model",
  network: "model",
};
const interchangeable = new Set(["Equals", "Colon", "EqualEqual", "Arrow"]);
const labels = new Map(tokenSpecifications.map((token) => [token.name, token.label]));
labels.set("Name", "a name").set("Separator", "a comma or the end of the line");
/** What the rule in which several things could come was waiting for; every other rule waits for a value. */
const wanted: Readonly<Record<string, string>> = {
  item: "a declaration such as `dim`, `data` or `model`",
  specFile: "a declaration such as `dim`, `data` or `model`",
  dataEntry: "a field, `file`, `split` or `standardise`",
  dataItem: "a field, `file`, `split` or `standardise`",
  trainItem: "a setting `key: value` or a `stage`",
  settings: "a setting `key: value`",
  type: "a type such as `f32[B, D]`",
  axis: "a size",
  label: "a label",
  labelsItem: "labels, as in `a | b` or `0 .. 9`",
  patternItem: "a name or `{s, t}`",
  splitEntry: "`by` a column or `random`",
  useTarget: "a library module such as `std.attention`, or a path in quotes",
  moduleItem: "a body in `{ }`, or `=` and an expression",
  fieldColumn: "a column's name",
};

interface Stop {
  readonly path: string;
  readonly text: string;
  readonly expectation: Expectation;
  readonly found: IToken;
  readonly previous: IToken | undefined;
  /** Where the complaint points. */
  readonly span: Span;
}

/** `previous` is the token before the one the parser stopped at. */
export function parserDiagnostic(
  path: string,
  text: string,
  error: IRecognitionException,
  previous: IToken | undefined,
): Diagnostic {
  const found = error.token;
  const previousEnd = previous === undefined ? 0 : previous.startOffset + previous.image.length;
  const ended = found.tokenType === tokens.LineEnd || found.image === "" || Number.isNaN(found.startOffset);
  const span: Span = ended
    ? { file: path, start: previousEnd, end: previousEnd }
    : { file: path, start: found.startOffset, end: found.startOffset + found.image.length };
  return explain({ path, text, expectation: expectationOf(error.message), found, previous, span });
}

function explain(stop: Stop): Diagnostic {
  const { expectation, found, previous, span } = stop;
  const { token, rule } = expectation;
  if (token === "Name" && isReserved(found.tokenType)) return diagnose(reservedWord, { span, word: found.image });
  if (
    rule === "constantItem" &&
    token === "Equals" &&
    found.tokenType !== tokens.Colon &&
    previous !== undefined &&
    isName(previous)
  ) {
    return unknownWord(stop, previous, itemWords);
  }
  if (token !== undefined && interchangeable.has(token) && interchangeable.has(found.tokenType.name)) {
    const expected = signOf(token);
    return diagnose(wrongSign, { span, found: found.image, expected, edit: signEdit(stop, expected) });
  }
  if (token === "Separator" || token === "LineEnd") return leftOver(stop);
  if (token === undefined && itemKeywords.has(found.tokenType)) return diagnose(reservedWord, { span, word: found.image });
  if (token === undefined || token === "RightCurly" || token === "EOF") {
    return diagnose(missingValue, {
      span,
      wanted: wanted[rule] ?? (token === "RightCurly" ? "`}` or another entry" : "a value"),
      found: describe(found),
      after: previous === undefined || previous.tokenType === tokens.LineEnd ? undefined : `\`${previous.image}\``,
    });
  }
  return diagnose(unexpected, { span, found: describe(found), expected: expectedLabel(stop, token) });
}

/** Something stands behind a complete statement. */
function leftOver(stop: Stop): Diagnostic {
  const { found, previous, span, expectation } = stop;
  const expected = expectation.token === "LineEnd" ? "the end of the line" : "a comma or the end of the line";
  if (previous === undefined) return diagnose(unexpected, { span, found: describe(found), expected });
  const startsLine = /(?:^|[\n{,])[ \t]*$/.test(stop.text.slice(0, previous.startOffset));
  if (startsLine && isName(previous) && isName(found)) {
    const meant = closest(previous.image, statementWords);
    if (meant !== undefined) return unknownWord(stop, previous, statementWords);
  }
  const suffix = isName(found) ? closest(found.image, suffixWords) : undefined;
  if (suffix !== undefined) {
    const fixes: Fix[] = [{ title: `did you mean \`${suffix}\`?`, edits: [{ span, replacement: suffix }] }];
    return diagnose(unexpected, { span, found: describe(found), expected, fixes });
  }
  if (startsValue(found)) {
    const end = previous.startOffset + previous.image.length;
    const next = stop.text.charAt(found.startOffset + found.image.length);
    return diagnose(sideBySide, {
      span,
      found: describe(found),
      gap: { file: stop.path, start: end, end: found.startOffset },
      callable: isName(found) && next === "(",
    });
  }
  if (found.tokenType === tokens.Colon || found.tokenType === tokens.Equals) {
    const other = found.tokenType === tokens.Colon ? "=" : ":";
    const fixes: Fix[] = [{ title: `write \`${other}\``, edits: [{ span, replacement: other }] }];
    return diagnose(unexpected, { span, found: describe(found), expected, fixes });
  }
  if (found.tokenType === tokens.Bar) {
    const fixes: Fix[] = [{ title: "write `|>` to give the value to a function", edits: [{ span, replacement: "|>" }] }];
    return diagnose(unexpected, { span, found: describe(found), expected, fixes });
  }
  return diagnose(unexpected, { span, found: describe(found), expected });
}

function unknownWord(stop: Stop, word: IToken, known: readonly string[]): Diagnostic {
  const span: Span = { file: stop.path, start: word.startOffset, end: word.startOffset + word.image.length };
  const home = known === itemWords ? homes[word.image] : undefined;
  const meant =
    home === undefined ? ((known === itemWords ? foreign[word.image] : undefined) ?? closest(word.image, known)) : undefined;
  const kind = known === itemWords ? "declaration" : "statement";
  return diagnose(unknownDeclaration, { span, word: word.image, kind, meant, home });
}

function startsValue(token: IToken): boolean {
  const type = token.tokenType;
  return (
    isName(token) ||
    type === tokens.NumberLiteral ||
    type === tokens.StringLiteral ||
    type === tokens.True ||
    type === tokens.False
  );
}

function expectedLabel(stop: Stop, token: string): string {
  const label = labels.get(token) ?? token;
  if (token === "Colon" && stop.previous !== undefined) return `${label} after \`${stop.previous.image}\``;
  return token === "RightSquare" || token === "RightParen" ? `\`,\` or ${label}` : label;
}

function signOf(token: string): string {
  return (labels.get(token) ?? token).replaceAll("`", "");
}

/** Puts the sign in place of the one found, with a space ahead of it unless it is a colon. */
function signEdit({ text, span }: Stop, sign: string): TextEdit {
  const gap = /[ \t]*$/.exec(text.slice(0, span.start))?.[0].length ?? 0;
  return { span: { ...span, start: span.start - gap }, replacement: sign === ":" ? sign : ` ${sign}` };
}

function describe(token: IToken): string {
  if (token.tokenType.name === "EOF") return "the end of the file";
  if (token.tokenType === tokens.LineEnd) return "the end of the line";
  if (token.image === "") return labels.get(token.tokenType.name) ?? token.tokenType.name;
  if (isName(token)) return `the name \`${token.image}\``;
  if (token.tokenType === tokens.StringLiteral || token.tokenType === tokens.TripleString) return "a string";
  return `\`${token.image}\``;
}
