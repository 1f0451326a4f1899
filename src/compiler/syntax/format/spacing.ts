// Whether a space stands between two tokens of one line.
import type { IToken, TokenType } from "chevrotain";
import { BinaryOperator, Name, tokens } from "../../../../grammar/lexer.ts";

const tightBefore = new Set<TokenType>([
  tokens.Comma,
  tokens.RightParen,
  tokens.RightSquare,
  tokens.Dot,
  tokens.Question,
  tokens.Colon,
]);
const tightAfter = new Set<TokenType>([tokens.LeftParen, tokens.LeftSquare, tokens.Dot]);
const valueEnds = new Set<TokenType>([
  tokens.RightParen,
  tokens.RightSquare,
  tokens.RightCurly,
  tokens.NumberLiteral,
  tokens.StringLiteral,
  tokens.TripleString,
  tokens.True,
  tokens.False,
  tokens.Dim,
  tokens.Module,
]);

/** Whether `token` can be the end of a value, so that a sign after it stands between two values. */
export function endsValue(token: IToken | undefined): boolean {
  return token !== undefined && (valueEnds.has(token.tokenType) || isName(token));
}

function isName(token: IToken): boolean {
  return (token.tokenType.CATEGORIES ?? []).includes(Name);
}

/** Whether a `{` opens a set, which is written tight: `{s, t}`. */
export function opensSet(before: IToken | undefined, first: IToken | undefined, second: IToken | undefined): boolean {
  if (first === undefined || first.tokenType === tokens.RightCurly || second?.tokenType === tokens.Colon) return false;
  return !endsValue(before) && before?.tokenType !== tokens.Arrow;
}

/** `before` comes ahead of `left`; `next` behind `right`. `tightBraces` holds the braces of sets. */
export function spaced(before: IToken | undefined, left: IToken, right: IToken, tightBraces: ReadonlySet<IToken>): boolean {
  if (tightBefore.has(right.tokenType) || tightAfter.has(left.tokenType)) return false;
  if (tightBraces.has(left) && left.tokenType === tokens.LeftCurly) return false;
  if (tightBraces.has(right) && right.tokenType === tokens.RightCurly) return false;
  if (left.tokenType === tokens.LeftCurly && right.tokenType === tokens.RightCurly) return false;
  if (left.tokenType === tokens.Minus && !endsValue(before)) return false;
  if (right.tokenType === tokens.LeftParen || right.tokenType === tokens.LeftSquare) return !bracketFollows(left);
  return true;
}

/** Whether a bracket behind the token belongs to it: a call, an index, a type's axes. */
function bracketFollows(left: IToken): boolean {
  if ((left.tokenType.CATEGORIES ?? []).includes(BinaryOperator)) return false;
  return left.tokenType !== tokens.NumberLiteral && endsValue(left);
}
