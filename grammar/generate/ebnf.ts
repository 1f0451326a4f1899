// Writes the grammar as EBNF in the notation of the XML recommendation (W3C, section 6).
import { operatorLevels } from "../operators.ts";
import { contextualWords, reservedWords, tokenSpecifications } from "../tokens.ts";
import type { Production, Rule } from "./productions.ts";

/** Tokens that stand for mistakes; the lexer knows them, the language does not. */
export const mistakeTokens: ReadonlySet<string> = new Set(["OpenString", "OpenTripleString", "ForeignComment", "Semicolon"]);

export function writeEbnf(rules: readonly Rule[]): string {
  const classes = tokenSpecifications.filter((token) => token.pattern instanceof RegExp && !mistakeTokens.has(token.name));
  const binary = operatorLevels.filter((level) => level.position === "between").flatMap((level) => level.signs);
  return [
    "/* The grammar of mmx, generated from grammar/. Line ends follow the layout rules of docs/language.md: the layout stage drops",
    "   those that end nothing and adds a Separator before a closing brace. */",
    "",
    ...rules.map((rule) => `${rule.name} ::= ${write(rule.body, false)}`),
    "",
    "/* Tokens */",
    `Name ::= Identifier | ${contextualWords.map(quote).join(" | ")}`,
    `Separator ::= LineEnd | ","`,
    `BinaryOperator ::= ${binary.map(quote).join(" | ")}`,
    ...classes.map((token) => `${token.name} ::= /${(token.pattern as RegExp).source}/`),
    "",
    `/* Reserved words: ${reservedWords.join(" ")} */`,
    "",
    "/* Operators, from the loosest to the tightest:",
    ...operatorLevels.map(
      (level) =>
        `   ${level.signs.join(" ").padEnd(18)}${level.position === "before" ? "before its operand" : `groups ${level.groups}`}`,
    ),
    "*/",
    "",
  ].join("\n");
}

function write(production: Production, nested: boolean): string {
  switch (production.kind) {
    case "token":
      return production.literal ? quote(production.text) : production.text;
    case "rule":
      return production.name;
    case "sequence":
      return bracket(production.items.map((item) => write(item, item.kind === "choice")).join(" "), nested);
    case "choice":
      return bracket(production.items.map((item) => write(item, false)).join(" | "), nested);
    case "optional":
      return `${write(production.item, true)}?`;
    case "repeat": {
      const item = write(production.item, true);
      if (production.separator === undefined) return `${item}${production.least === 0 ? "*" : "+"}`;
      const listed = `${item} (${write(production.separator, false)} ${write(production.item, production.item.kind === "choice")})*`;
      return production.least === 0 ? `(${listed})?` : bracket(listed, nested);
    }
  }
}

function bracket(text: string, nested: boolean): string {
  return nested && text.includes(" ") ? `(${text})` : text;
}

function quote(text: string): string {
  return `"${text}"`;
}
