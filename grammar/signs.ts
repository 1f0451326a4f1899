// Which tokens matter to layout: the brackets, what opens a block, and the signs that carry a statement over a line end.
import type { TokenType } from "chevrotain";
import { tokens } from "./lexer.ts";

/** The closing bracket of each opening one. */
export const closerOf: ReadonlyMap<TokenType, TokenType> = new Map<TokenType, TokenType>([
  [tokens.LeftParen, tokens.RightParen],
  [tokens.LeftSquare, tokens.RightSquare],
  [tokens.LeftCurly, tokens.RightCurly],
]);
export const closers: ReadonlySet<TokenType> = new Set(closerOf.values());
/** Words whose declarations have a `{ }` block. */
export const blockKeywords = new Set<TokenType>([
  tokens.Model,
  tokens.Train,
  tokens.Data,
  tokens.Module,
  tokens.Fn,
  tokens.Record,
  tokens.Projection,
  tokens.Pipeline,
]);
/** Signs that need something on both sides: never the first and never the last of a statement. */
export const infix = new Set<TokenType>([
  tokens.Plus,
  tokens.Slash,
  tokens.Caret,
  tokens.EqualEqual,
  tokens.NotEqual,
  tokens.Less,
  tokens.LessEqual,
  tokens.Greater,
  tokens.GreaterEqual,
  tokens.And,
  tokens.Or,
  tokens.Equals,
  tokens.Colon,
  tokens.Comma,
  tokens.PipeArrow,
  tokens.Else,
  tokens.Then,
  tokens.Arrow,
  tokens.Bar,
  tokens.DotDot,
  tokens.Dot,
  tokens.In,
]);
/** What continues the line above when it comes first. */
export const leading = new Set<TokenType>([tokens.PipeArrow, tokens.Else, tokens.For, tokens.Then]);
/** What leaves the line open when it comes last. */
export const trailing = new Set<TokenType>([...infix, tokens.Minus, tokens.Star, tokens.Not]);
