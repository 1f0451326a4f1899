// Diagnostics for what the lexer could not read, and the stream repaired so that the parser need not know.
import type { ILexingError, IToken } from "chevrotain";
import { tokens } from "../../../../grammar/lexer.ts";
import { retyped } from "../../../../grammar/words.ts";
import { type Diagnostic, diagnose } from "../../diagnostics/diagnostic.ts";
import { unclosedString } from "../../diagnostics/records/syntax/unclosed-string.ts";
import { unknownCharacter } from "../../diagnostics/records/syntax/unknown-character.ts";
import type { Span } from "../../source/span.ts";

interface Instead {
  readonly advice: string;
  readonly replacement: string | undefined;
}

const insteadOf: Readonly<Record<string, Instead>> = {
  "'": { advice: 'strings are in double quotes, `"`', replacement: '"' },
  "“": { advice: 'strings are in straight double quotes, `"`', replacement: '"' },
  "”": { advice: 'strings are in straight double quotes, `"`', replacement: '"' },
  "&": { advice: "write `and`", replacement: "and" },
  "!": { advice: "write `not`", replacement: "not " },
  "@": { advice: "a contraction is `dot(a, b, over: D)`", replacement: undefined },
  "−": { advice: "write `-`", replacement: "-" },
  "–": { advice: "write `-`", replacement: "-" },
  "×": { advice: "write `*`", replacement: "*" },
  "·": { advice: "write `*`", replacement: "*" },
  "→": { advice: "write `->`", replacement: "->" },
  "≤": { advice: "write `<=`", replacement: "<=" },
  "≥": { advice: "write `>=`", replacement: ">=" },
  "≠": { advice: "write `!=`", replacement: "!=" },
  "…": { advice: "write `...`", replacement: "..." },
  "\u00a0": { advice: "write a plain space", replacement: " " },
};
const comment: Instead = { advice: "comments begin with `//`", replacement: undefined };
const semicolon: Instead = { advice: "a statement ends with its line: remove it, or begin a new line", replacement: "\n" };

/** The diagnostics of characters that no token begins with. */
export function unknownCharacters(path: string, text: string, errors: readonly ILexingError[]): readonly Diagnostic[] {
  return errors.map((error) => {
    const characters = text.slice(error.offset, error.offset + error.length);
    const span: Span = { file: path, start: error.offset, end: error.offset + error.length };
    const same = [...characters].every((character) => character === characters[0]);
    const known = same ? insteadOf[characters[0] ?? ""] : undefined;
    const letters = /^\p{L}/u.test(characters)
      ? { advice: "names are ASCII letters, digits and `_`", replacement: undefined }
      : undefined;
    return diagnose(unknownCharacter, { span, characters, instead: known ?? letters });
  });
}

/** The diagnostics of comments written as in other languages. */
export function foreignComments(path: string, comments: readonly IToken[]): readonly Diagnostic[] {
  return comments
    .filter((token) => token.tokenType === tokens.ForeignComment)
    .map((token) => {
      const sign = token.image.startsWith("#") ? "#" : "/*";
      const span: Span = { file: path, start: token.startOffset, end: token.startOffset + sign.length };
      const instead = sign === "#" ? { ...comment, replacement: "//" } : comment;
      return diagnose(unknownCharacter, { span, characters: sign, instead });
    });
}

/** The stream with strings closed and semicolons read as line ends, and a diagnostic for each. */
export function repair(
  path: string,
  stream: readonly IToken[],
): { readonly stream: readonly IToken[]; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const repaired = stream.map((token) => {
    const span: Span = { file: path, start: token.startOffset, end: token.startOffset + token.image.length };
    if (token.tokenType === tokens.OpenString || token.tokenType === tokens.OpenTripleString) {
      diagnostics.push(diagnose(unclosedString, { span, quote: token.image.startsWith('"""') ? '"""' : '"' }));
      return retyped(token, tokens.StringLiteral);
    }
    if (token.tokenType !== tokens.Semicolon) return token;
    diagnostics.push(diagnose(unknownCharacter, { span, characters: ";", instead: semicolon }));
    return retyped(token, tokens.LineEnd);
  });
  return { stream: repaired, diagnostics };
}
