// Part of the layout stage: finds the reserved words that stand where only a name can, and makes them names. The parser then
// needs no rule of its own for `mosi.train`, `{ train: 80% }` or a declaration that took a reserved word by mistake.
import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import { Name, tokens } from "./lexer.ts";
import { type TokenName, tokenSpecifications } from "./tokens.ts";

/** Words after which a declaration's name stands, where they begin a line. */
const declaringKeywords = new Set<TokenType>([
  tokens.Dim, tokens.Labels, tokens.Data, tokens.Modalities, tokens.Module, tokens.Fn, tokens.Model, tokens.Train,
  tokens.Evaluate, tokens.Loss, tokens.Predict, tokens.Param, tokens.Bank, tokens.Update, tokens.Next, tokens.Stage,
]);
const boundaries = new Set<TokenType>([tokens.LineEnd, tokens.Comma, tokens.LeftCurly]);
const reservedTypes = new Set<TokenType>(
  tokenSpecifications.filter((token) => token.word === "reserved").map((token) => tokens[token.name as TokenName]),
);

export function isReserved(type: TokenType): boolean {
  return reservedTypes.has(type);
}

/** Whether the token is a word that may be a name. */
export function isName(token: IToken | undefined): boolean {
  return token !== undefined && (token.tokenType.CATEGORIES ?? []).includes(Name);
}

/** A token of another type at the same place. */
export function retyped(token: IToken, type: TokenType): IToken {
  const end = token.endOffset ?? token.startOffset + token.image.length - 1;
  return createTokenInstance(type, token.image, token.startOffset, end, Number.NaN, Number.NaN, Number.NaN, Number.NaN);
}

/** A token that is not in the text; its end is one before its start. */
export function zeroWidth(type: TokenType, at: number): IToken {
  return createTokenInstance(type, "", at, at - 1, Number.NaN, Number.NaN, Number.NaN, Number.NaN);
}

/**
 * The stream with reserved words turned into identifiers before `:` and after `.`, where any word is welcome, and where a
 * declaration takes one as its name; the latter are mistakes and are given in `misused`.
 */
export function markNames(lexed: readonly IToken[]): { readonly tokens: readonly IToken[]; readonly misused: readonly IToken[] } {
  const misused: IToken[] = [];
  const marked = lexed.map((token, index) => {
    if (!isReserved(token.tokenType)) return token;
    const previous = lexed[index - 1];
    const next = lexed[index + 1];
    if (next?.tokenType === tokens.Colon || previous?.tokenType === tokens.Dot) return retyped(token, tokens.Identifier);
    if (!isDeclared(previous, lexed[index - 2], next)) return token;
    misused.push(token);
    return retyped(token, tokens.Identifier);
  });
  return { tokens: marked, misused };
}

function isDeclared(previous: IToken | undefined, beforePrevious: IToken | undefined, next: IToken | undefined): boolean {
  if (next?.tokenType === tokens.Equals && isBoundary(previous)) return true;
  return previous !== undefined && declaringKeywords.has(previous.tokenType) && isBoundary(beforePrevious);
}

function isBoundary(token: IToken | undefined): boolean {
  return token === undefined || boundaries.has(token.tokenType);
}
