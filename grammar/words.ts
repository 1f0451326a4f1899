// Part of the layout stage: finds the reserved words that stand where only a name can, and makes them names. The parser then
// needs no rule of its own for `mosi.train`, `{ train: 80% }` or a declaration that took a reserved word by mistake.
import { createTokenInstance, type IToken, type TokenType } from "chevrotain";
import { Name, tokens } from "./lexer.ts";
import { type TokenName, tokenSpecifications } from "./tokens.ts";

/** Words that begin a declaration of the file. */
export const itemKeywords = new Set<TokenType>([
  tokens.Use,
  tokens.Dim,
  tokens.Labels,
  tokens.Data,
  tokens.Modalities,
  tokens.Module,
  tokens.Fn,
  tokens.Model,
  tokens.Train,
  tokens.Evaluate,
  tokens.Record,
  tokens.Projection,
  tokens.Service,
  tokens.Memory,
  tokens.Pipeline,
]);
/** Words that begin a statement where a name follows. */
export const statementKeywords = new Set<TokenType>([
  tokens.Loss,
  tokens.Predict,
  tokens.Param,
  tokens.Bank,
  tokens.Update,
  tokens.Next,
  tokens.Stage,
]);
/** Words after which a declaration's name stands, where they begin a line. */
const declaringKeywords = new Set<TokenType>([...itemKeywords, ...statementKeywords]);
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
 * declaration takes one as its name; the latter are mistakes and are given in `misused`. The uses of such a name are made
 * identifiers as well, so that the mistake costs one complaint.
 */
export function markNames(lexed: readonly IToken[]): { readonly tokens: readonly IToken[]; readonly misused: readonly IToken[] } {
  if (!lexed.some((token) => isReserved(token.tokenType))) return { tokens: lexed, misused: [] };
  const misused = lexed.filter((token, index) => isReserved(token.tokenType) && isMisused(lexed, index));
  const misusedTypes = new Set(misused.map((token) => token.tokenType));
  const marked = lexed.map((token, index) => {
    if (!isReserved(token.tokenType)) return token;
    const isUse = misusedTypes.has(token.tokenType) && itemKeywords.has(token.tokenType) && !beginsItem(lexed, index);
    return isUse || isWelcome(lexed, index) || isMisused(lexed, index) ? retyped(token, tokens.Identifier) : token;
  });
  return { tokens: marked, misused };
}

/** Whether any word may stand at the place: as a key or as a member. */
function isWelcome(lexed: readonly IToken[], index: number): boolean {
  return lexed[index + 1]?.tokenType === tokens.Colon || lexed[index - 1]?.tokenType === tokens.Dot;
}

/** Whether a declaration takes the word at the place as its name. */
function isMisused(lexed: readonly IToken[], index: number): boolean {
  if (isWelcome(lexed, index)) return false;
  const previous = lexed[index - 1];
  if (lexed[index + 1]?.tokenType === tokens.Equals && isBoundary(previous)) return true;
  return previous !== undefined && declaringKeywords.has(previous.tokenType) && isBoundary(lexed[index - 2]);
}

function beginsItem(lexed: readonly IToken[], index: number): boolean {
  return isBoundary(lexed[index - 1]) && isName(lexed[index + 1]);
}

function isBoundary(token: IToken | undefined): boolean {
  return token === undefined || boundaries.has(token.tokenType);
}
