// Writes the TextMate grammar that editors colour specs with, from the scopes of the token table.
import { type EditorScope, type TokenSpecification, tokenSpecifications } from "../tokens.ts";

const language = "mmx";

interface Pattern {
  readonly name: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly patterns?: readonly Pattern[];
}

export function writeTextMate(): string {
  const escapeSequence: Pattern = { name: `constant.character.escape.${language}`, match: "\\\\." };
  const grammar = {
    name: language,
    scopeName: `source.${language}`,
    fileTypes: [language],
    patterns: [
      ...openClass("DocComment"),
      ...openClass("Comment"),
      { name: scope("string.quoted.triple"), begin: '"""', end: '"""' },
      { name: scope("string.quoted.double"), begin: '"', end: '"|(?=$)', patterns: [escapeSequence] },
      // As a key or a member any word is a name.
      { name: scope("variable.other"), match: "(?<=\\.)[A-Za-z_][A-Za-z0-9_]*|\\b[A-Za-z_][A-Za-z0-9_]*(?=\\s*:)" },
      ...words("reserved", ""),
      // A contextual word is a name where it is bound, called or indexed.
      ...words("contextual", "(?!\\s*(?:=|\\(|\\[|\\.|[-+*^]|\\/(?!\\/)|\\|>))"),
      ...openClass("NumberLiteral"),
      ...signs(),
      ...openClass("Identifier"),
    ],
  };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}

function scope(name: EditorScope): string {
  return `${name}.${language}`;
}

function openClass(name: string): readonly Pattern[] {
  return tokenSpecifications.flatMap((token) =>
    token.name === name && token.pattern instanceof RegExp && token.scope !== undefined
      ? [{ name: scope(token.scope), match: token.pattern.source }]
      : [],
  );
}

function words(kind: "reserved" | "contextual", unless: string): readonly Pattern[] {
  const chosen = tokenSpecifications.filter((token) => token.word === kind);
  return byScope(chosen).map(([name, members]) => ({
    name: scope(name),
    match: `\\b(?:${members.map((token) => String(token.pattern)).join("|")})\\b${unless}`,
  }));
}

/** Longer signs first, whatever their scope: `|>` before `|`. */
function signs(): readonly Pattern[] {
  const chosen = tokenSpecifications.filter((token) => typeof token.pattern === "string" && token.word === undefined);
  const byLength = (length: number) => chosen.filter((token) => String(token.pattern).length === length);
  return [3, 2, 1].flatMap((length) =>
    byScope(byLength(length)).map(([name, members]) => ({
      name: scope(name),
      match: members.map((token) => String(token.pattern).replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&")).join("|"),
    })),
  );
}

function byScope(chosen: readonly TokenSpecification[]): readonly (readonly [EditorScope, readonly TokenSpecification[]])[] {
  const groups = new Map<EditorScope, TokenSpecification[]>();
  for (const token of chosen) {
    if (token.scope === undefined) continue;
    const members = groups.get(token.scope) ?? [];
    members.push(token);
    groups.set(token.scope, members);
  }
  return [...groups];
}
