// Divides a file's tokens into segments, the stretches between statement ends and braces. Of several complaints about one
// segment only the first is shown: they nearly always have one cause.
import type { IToken } from "chevrotain";
import { tokens } from "../../../grammar/lexer.ts";

export interface Segments {
  /** The number of the segment that holds the offset; offsets beyond the last token belong to the last segment. */
  at(offset: number): number;
}

export function divide(stream: readonly IToken[]): Segments {
  /** The offsets where segments begin, ascending. */
  const starts: number[] = [0];
  const nesting: boolean[] = [];
  let boundary = false;
  for (const token of stream) {
    if (boundary && token.image !== "") {
      if (token.startOffset > (starts[starts.length - 1] ?? 0)) starts.push(token.startOffset);
      boundary = false;
    }
    const type = token.tokenType;
    const inBraces = nesting[nesting.length - 1] ?? true;
    if (type === tokens.LeftCurly) nesting.push(true);
    else if (type === tokens.LeftParen || type === tokens.LeftSquare) nesting.push(false);
    else if (type === tokens.RightCurly || type === tokens.RightParen || type === tokens.RightSquare) nesting.pop();
    if (type === tokens.LineEnd || type === tokens.LeftCurly || type === tokens.RightCurly) boundary = true;
    else if (type === tokens.Comma && inBraces && nesting.length > 0) boundary = true;
  }
  return { at: (offset) => lastNotAfter(starts, offset) };
}

/** Index of the last element that is at most `offset`, by bisection. */
function lastNotAfter(ascending: readonly number[], offset: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
