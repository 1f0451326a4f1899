// Turns the token table into chevrotain token types and a lexer. Comments leave the stream here and are kept beside it.
import { createToken, Lexer, type TokenType } from "chevrotain";
import { operatorLevels } from "./operators.ts";
import { type TokenName, type TokenSpecification, tokenSpecifications } from "./tokens.ts";

/** Any word that can be a name: an identifier or a contextual word. */
export const Name = createToken({ name: "Name", pattern: Lexer.NA, label: "a name" });
/** What ends an entry of a `{ }` block: the end of the line or a comma. */
export const Separator = createToken({ name: "Separator", pattern: Lexer.NA, label: "a comma or the end of the line" });
/** A sign or word between two operands. */
export const BinaryOperator = createToken({ name: "BinaryOperator", pattern: Lexer.NA, label: "an operator" });
const binarySigns = new Set(operatorLevels.flatMap((level) => (level.position === "between" ? level.signs : [])));
const WhiteSpace = createToken({ name: "WhiteSpace", pattern: /[ \t\uFEFF]+/, group: Lexer.SKIPPED });

/** The group of a lexing result that holds comments and doc comments. */
export const commentGroup = "comments";

const comments = new Set(["Comment", "DocComment", "ForeignComment"]);
const mayBreakLines = new Set(["LineEnd", "TripleString", "OpenTripleString", "ForeignComment"]);

/** The chevrotain type of every token in the table. */
export const tokens: Readonly<Record<TokenName, TokenType>> = createTokens();

/** The parser's vocabulary, in the order in which the lexer tries it. */
export const vocabulary: TokenType[] = [WhiteSpace, ...Object.values(tokens), Name, Separator, BinaryOperator];

/** Makes a lexer; validating the definitions costs start-up time and is done once, in a test. */
export function createLexer(skipValidations: boolean): Lexer {
  // "full" because only it records where a token ends; the spans of the AST rest on that.
  return new Lexer(vocabulary, { positionTracking: "full", skipValidations });
}

function createTokens(): Record<TokenName, TokenType> {
  const identifier = tokenSpecifications.find((specification) => specification.name === "Identifier");
  if (identifier === undefined) throw new Error("the token table has no Identifier");
  const identifierType = createTokenType(identifier, undefined);
  const entries = tokenSpecifications.map((specification) => [
    specification.name,
    specification === identifier ? identifierType : createTokenType(specification, identifierType),
  ]);
  return Object.fromEntries(entries) as Record<TokenName, TokenType>;
}

function createTokenType(specification: TokenSpecification, identifier: TokenType | undefined): TokenType {
  const { name, pattern, label, word } = specification;
  return createToken({
    name,
    pattern,
    label,
    categories: categoriesOf(specification),
    line_breaks: mayBreakLines.has(name),
    ...(comments.has(name) ? { group: commentGroup } : {}),
    ...(word === undefined || identifier === undefined ? {} : { longer_alt: identifier }),
  });
}

function categoriesOf({ name, pattern, word }: TokenSpecification): TokenType[] {
  if (typeof pattern === "string" && binarySigns.has(pattern)) return [BinaryOperator];
  if (name === "Identifier" || word === "contextual") return [Name];
  if (name === "LineEnd" || name === "Comma") return [Separator];
  return [];
}
