// Part of the layout stage: recognises, from its first tokens, what begins at a place in the stream.
import type { IToken } from "chevrotain";
import { tokens } from "./lexer.ts";
import { isName, itemKeywords, statementKeywords } from "./words.ts";

/** A declaration at the head of a line. */
export function startsItem(stream: readonly IToken[], index: number): boolean {
  const type = stream[index]?.tokenType;
  if (type === undefined || !itemKeywords.has(type) || stream[index - 1]?.tokenType !== tokens.LineEnd) return false;
  return isName(stream[index + 1]) || (type === tokens.Use && stream[index + 1]?.tokenType === tokens.StringLiteral);
}

/** A declaration, or a statement of a kind that no expression can contain. */
export function startsStatement(stream: readonly IToken[], index: number): boolean {
  const first = stream[index];
  if (first === undefined) return false;
  if (startsItem(stream, index)) return true;
  if (statementKeywords.has(first.tokenType) && isName(stream[index + 1])) return true;
  return isName(first) && stream[behindIndex(stream, index + 1)]?.tokenType === tokens.Equals;
}

/** `key:`. */
export function startsSetting(stream: readonly IToken[], index: number): boolean {
  return isName(stream[index]) && stream[index + 1]?.tokenType === tokens.Colon;
}

/** The place behind `[…]` on one line, or the place itself where nothing opens. */
function behindIndex(stream: readonly IToken[], index: number): number {
  if (stream[index]?.tokenType !== tokens.LeftSquare) return index;
  let depth = 0;
  for (let at = index; at < stream.length; at += 1) {
    const type = stream[at]?.tokenType;
    if (type === tokens.LineEnd) break;
    if (type === tokens.LeftSquare) depth += 1;
    else if (type === tokens.RightSquare) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return index;
}
