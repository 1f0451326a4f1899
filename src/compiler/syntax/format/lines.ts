// Lays pieces out in lines: where a line breaks, how far it is indented, and which columns are aligned.
import type { IToken, TokenType } from "chevrotain";
import { tokens } from "../../../../grammar/lexer.ts";
import type { Piece } from "./pieces.ts";
import { opensSet, spaced } from "./spacing.ts";

const indentWidth = 2;
/** The least gap before a comment behind code. */
const commentGap = 2;

const opening = new Set<TokenType>([tokens.LeftCurly, tokens.LeftParen, tokens.LeftSquare]);
const closing = new Set<TokenType>([tokens.RightCurly, tokens.RightParen, tokens.RightSquare]);

export interface Line {
  readonly indent: number;
  readonly text: string;
  /** A comment behind the code. */
  readonly comment: string | undefined;
  /** For a data field, the length of `name:`; its type is aligned with its neighbours'. */
  readonly key: number | undefined;
  readonly blankBefore: boolean;
}

interface Braces {
  /** Both braces of groups whose entries stand on lines of their own. */
  readonly open: ReadonlySet<IToken>;
  /** Both braces of sets. */
  readonly sets: ReadonlySet<IToken>;
}

interface Opener {
  /** Indent of the line that the bracket opens on. */
  readonly outside: number;
  readonly isBrace: boolean;
}

interface Draft {
  indent: number;
  text: string;
  comment: string | undefined;
  key: number | undefined;
  blankBefore: boolean;
}

export function toLines(source: readonly Piece[]): readonly Line[] {
  const pieces = bracesOnHeaderLines(source);
  const braces = classifyBraces(pieces);
  const lines: Draft[] = [];
  const openers: Opener[] = [];
  let line: Draft | undefined;
  let previous: IToken | undefined;
  let beforePrevious: IToken | undefined;
  for (const [index, piece] of pieces.entries()) {
    const { token } = piece;
    if (piece.endsEntry && braces.open.has(token)) continue;
    const opener = openers[openers.length - 1];
    const before = pieces[index - 1];
    const lineEnds = before?.endsEntry === true && braces.open.has(before.token) ? Math.max(1, piece.lineEnds) : piece.lineEnds;
    if (line === undefined || breaksBefore(piece, before, lineEnds, braces)) {
      const closes = closing.has(token.tokenType);
      line = {
        indent: closes ? (opener?.outside ?? 0) : indentOf(pieces, index, opener),
        text: piece.isComment ? token.image.trimEnd() : token.image,
        comment: undefined,
        key: undefined,
        blankBefore: lines.length > 0 && wantsBlank(pieces, index, before, lineEnds, closes, openers.length),
      };
      lines.push(line);
      // Outside brackets no operator continues a line: a minus in front is a sign.
      if (opener === undefined || opener.isBrace) previous = undefined;
    } else if (piece.isComment) {
      line.comment = token.image.trimEnd();
    } else {
      const space = previous !== undefined && spaced(beforePrevious, previous, token, braces.sets);
      line.text += (space ? " " : "") + token.image;
    }
    if (piece.isComment) continue;
    if (piece.startsField && pieces[index + 1]?.token.tokenType === tokens.Colon) line.key = token.image.length + 1;
    beforePrevious = previous;
    previous = token;
    if (opening.has(token.tokenType)) {
      openers.push({ outside: line.indent, isBrace: token.tokenType === tokens.LeftCurly });
    } else if (closing.has(token.tokenType)) {
      openers.pop();
    }
  }
  return lines;
}

/** A declaration's `{` moves up to the end of its header, ahead of a comment there. */
function bracesOnHeaderLines(source: readonly Piece[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let depth = 0;
  for (const piece of source) {
    const type = piece.token.tokenType;
    if (type === tokens.LeftCurly && depth === 0 && piece.lineEnds > 0 && !piece.startsEntry) {
      let at = pieces.length;
      while (pieces[at - 1]?.isComment === true) at -= 1;
      pieces.splice(at, 0, { ...piece, lineEnds: 0 });
    } else pieces.push(piece);
    if (type === tokens.LeftCurly) depth += 1;
    else if (type === tokens.RightCurly) depth -= 1;
  }
  return pieces;
}

/** Finds the groups in braces that spread over lines, with the commas that line ends replace there, and the sets. */
function classifyBraces(pieces: readonly Piece[]): Braces {
  const open = new Set<IToken>();
  const sets = new Set<IToken>();
  const stack: { token: IToken; spread: boolean; isSet: boolean; commas: IToken[] }[] = [];
  const written = pieces.filter((piece) => !piece.isComment).map((piece) => piece.token);
  let place = -1;
  for (const piece of pieces) {
    const { token } = piece;
    const top = stack[stack.length - 1];
    if (!piece.isComment) place += 1;
    if (top !== undefined && (piece.lineEnds > 0 || piece.isComment)) top.spread = true;
    if (piece.endsEntry) top?.commas.push(token);
    if (opening.has(token.tokenType)) {
      const isSet = token.tokenType === tokens.LeftCurly && opensSet(written[place - 1], written[place + 1], written[place + 2]);
      stack.push({ token, spread: false, isSet, commas: [] });
    } else if (closing.has(token.tokenType)) {
      const group = stack.pop();
      if (group?.token.tokenType !== tokens.LeftCurly) continue;
      if (group.spread) for (const member of [group.token, token, ...group.commas]) open.add(member);
      if (group.isSet) sets.add(group.token).add(token);
    }
  }
  return { open, sets };
}

function breaksBefore(piece: Piece, before: Piece | undefined, lineEnds: number, braces: Braces): boolean {
  if (before === undefined) return true;
  if (before.isComment) return true;
  if (piece.isComment) return lineEnds > 0 && piece.lineEnds > 0;
  if (before.token.tokenType === tokens.LeftCurly && braces.open.has(before.token)) return true;
  if (piece.token.tokenType === tokens.RightCurly) return braces.open.has(piece.token);
  return lineEnds > 0;
}

function indentOf(pieces: readonly Piece[], index: number, opener: Opener | undefined): number {
  const inside = opener === undefined ? 0 : opener.outside + indentWidth;
  if (opener !== undefined && !opener.isBrace) return inside;
  const owner = pieces.slice(index).find((piece) => !piece.isComment);
  if (owner === undefined || owner.startsEntry || owner.token.tokenType === tokens.RightCurly) return inside;
  return inside + indentWidth;
}

function wantsBlank(
  pieces: readonly Piece[],
  index: number,
  before: Piece | undefined,
  lineEnds: number,
  closes: boolean,
  depth: number,
): boolean {
  const piece = pieces[index];
  if (piece === undefined || before === undefined || closes || before.token.tokenType === tokens.LeftCurly) return false;
  if (!piece.startsEntry && !piece.isComment) return false;
  if (depth === 0 && before.token.tokenType === tokens.RightCurly && !before.isComment) return true;
  return lineEnds > 1;
}

/** The text of the lines, with aligned field types and comments. */
export function joinLines(lines: readonly Line[]): string {
  const texts = lines.map((line) => " ".repeat(line.indent) + line.text);
  for (const run of runs(lines, (line) => line.key !== undefined && !line.text.includes("\n"))) {
    const width = Math.max(...run.map((at) => lines[at]?.key ?? 0));
    for (const at of run) {
      const line = lines[at];
      if (line?.key === undefined) continue;
      texts[at] = " ".repeat(line.indent) + line.text.slice(0, line.key).padEnd(width) + line.text.slice(line.key);
    }
  }
  for (const run of runs(lines, (line) => line.comment !== undefined)) {
    const width = Math.max(...run.map((at) => lastLineLength(texts[at] ?? "")));
    for (const at of run) {
      const text = texts[at] ?? "";
      texts[at] = text + " ".repeat(width - lastLineLength(text) + commentGap) + (lines[at]?.comment ?? "");
    }
  }
  return lines.map((line, at) => `${line.blankBefore ? "\n" : ""}${texts[at] ?? ""}\n`).join("");
}

function lastLineLength(text: string): number {
  return text.length - (text.lastIndexOf("\n") + 1);
}

/** The indices of neighbouring lines of one indent that fit the condition, without a blank line between them. */
function runs(lines: readonly Line[], fits: (line: Line) => boolean): readonly (readonly number[])[] {
  const found: number[][] = [];
  for (const [at, line] of lines.entries()) {
    if (!fits(line)) continue;
    const run = found[found.length - 1];
    const last = run?.[run.length - 1];
    if (run !== undefined && last === at - 1 && !line.blankBefore && lines[last]?.indent === line.indent) run.push(at);
    else found.push([at]);
  }
  return found;
}
