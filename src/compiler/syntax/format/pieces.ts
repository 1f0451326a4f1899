// The formatter's view of a file: tokens and comments in one sequence, each with what its place in the grammar means for layout.
import type { CstElement, CstNode, IToken } from "chevrotain";
import { layOut } from "../../../../grammar/layout.ts";
import { commentGroup, tokens } from "../../../../grammar/lexer.ts";
import { markNames } from "../../../../grammar/words.ts";
import { lexer, readTree } from "../read.ts";

export interface Piece {
  readonly token: IToken;
  readonly isComment: boolean;
  /** Line ends in the text between the piece before and this one. */
  readonly lineEnds: number;
  /** The first token of a declaration, of a statement or of another entry of a block. */
  readonly startsEntry: boolean;
  /** A comma that ends an entry of a block, as a line end could. */
  readonly endsEntry: boolean;
  /** The first token of a data block's field. */
  readonly startsField: boolean;
}

/** `text` must be free of syntax errors. */
export function toPieces(text: string): readonly Piece[] {
  const lexed = lexer.tokenize(text);
  const laidOut = layOut(lexed.tokens).tokens;
  const places = findPlaces(readTree(laidOut).root);
  const starts = entryStarts(laidOut, places.separators);
  const all = [...markNames(lexed.tokens).tokens, ...(lexed.groups[commentGroup] ?? [])].sort(
    (one, other) => one.startOffset - other.startOffset,
  );
  const pieces: Piece[] = [];
  let lineEnds = 0;
  for (const token of all) {
    if (token.tokenType === tokens.LineEnd) {
      lineEnds += 1;
      continue;
    }
    pieces.push({
      token,
      isComment: token.tokenType === tokens.Comment || token.tokenType === tokens.DocComment,
      lineEnds,
      startsEntry: starts.has(token.startOffset),
      endsEntry: places.separators.has(token.startOffset),
      startsField: places.fields.has(token.startOffset),
    });
    lineEnds = 0;
  }
  return withoutTrailingCommas(pieces);
}

interface Places {
  readonly separators: Set<number>;
  readonly fields: Set<number>;
}

/** The offsets of separating commas and of data fields in the tree. */
function findPlaces(root: CstNode): Places {
  const places: Places = { separators: new Set(), fields: new Set() };
  const open: CstElement[] = [root];
  for (let element = open.pop(); element !== undefined; element = open.pop()) {
    if (!("children" in element)) continue;
    if (element.name === "field" && element.location !== undefined) places.fields.add(element.location.startOffset);
    for (const [key, children] of Object.entries(element.children)) {
      if (element.name === "entryEnd" && key === "Separator") {
        for (const child of children) if ("image" in child && child.image === ",") places.separators.add(child.startOffset);
      }
      open.push(...children);
    }
  }
  return places;
}

function entryStarts(laidOut: readonly IToken[], separators: ReadonlySet<number>): ReadonlySet<number> {
  const starts = new Set<number>();
  let atStart = true;
  for (const token of laidOut) {
    const type = token.tokenType;
    if (type === tokens.LineEnd || type === tokens.LeftCurly || (type === tokens.Comma && separators.has(token.startOffset))) {
      if (atStart && type === tokens.LeftCurly) starts.add(token.startOffset);
      atStart = true;
    } else if (atStart) {
      if (type !== tokens.RightCurly) starts.add(token.startOffset);
      atStart = false;
    }
  }
  return starts;
}

/** A comma right before a closing bracket says nothing. */
function withoutTrailingCommas(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.filter((piece, index) => {
    if (piece.token.tokenType !== tokens.Comma) return true;
    const next = pieces.slice(index + 1).find((candidate) => !candidate.isComment)?.token.tokenType;
    return next !== tokens.RightParen && next !== tokens.RightSquare && next !== tokens.RightCurly;
  });
}
