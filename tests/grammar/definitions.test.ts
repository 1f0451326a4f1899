// The definitions themselves: chevrotain's own validation, which a running mmx skips, and the consistency of the token table.
import { Lexer } from "chevrotain";
import { describe, expect, it } from "vitest";
import { MmxParser } from "../../grammar/grammar.ts";
import { createLexer, vocabulary } from "../../grammar/lexer.ts";
import { operatorLevels } from "../../grammar/operators.ts";
import { contextualWords, reservedWords, tokenSpecifications } from "../../grammar/tokens.ts";

describe("definitions", () => {
  it("are a valid lexer", () => {
    expect(createLexer(false).lexerDefinitionErrors).toEqual([]);
    expect(new Lexer(vocabulary).lexerDefinitionErrors).toEqual([]);
  });

  it("are a valid grammar", () => {
    expect(() => new MmxParser({ skipValidations: false })).not.toThrow();
  });

  it("name every token and every pattern once", () => {
    const names = tokenSpecifications.map((token) => token.name);
    const patterns = tokenSpecifications.map((token) => String(token.pattern));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(patterns).size).toBe(patterns.length);
    expect(reservedWords.filter((word) => contextualWords.includes(word))).toEqual([]);
  });

  it("reserve exactly the words that the language reference lists", async () => {
    const { readFileSync } = await import("node:fs");
    const reference = readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8");
    const listed = /reserved words are `([^`]+)`/.exec(reference)?.[1]?.split(/\s+/) ?? [];
    expect([...listed].sort()).toEqual([...reservedWords].sort());
  });

  it("give every operator a token", () => {
    const patterns = new Set(tokenSpecifications.map((token) => String(token.pattern)));
    expect(operatorLevels.flatMap((level) => level.signs).filter((sign) => !patterns.has(sign))).toEqual([]);
  });
});
