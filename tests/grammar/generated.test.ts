// The checked-in files under grammar/generated are what the grammar gives today, and the diagrams can be drawn.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { grammarRules } from "../../grammar/generate/productions.ts";
import { generateGrammar } from "../../scripts/generate-grammar.ts";

const generated = generateGrammar();

describe("generated grammar files", () => {
  it.each(Object.keys(generated))("%s is fresh (npx tsx scripts/generate-grammar.ts)", (path) => {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(generated[path]);
  });

  it("draw and write every rule", () => {
    const svg = generated["grammar/generated/railroad.svg"] ?? "";
    const ebnf = generated["grammar/generated/mmx.ebnf"] ?? "";
    for (const { name } of grammarRules()) {
      expect(svg).toContain(`<g id="${name}">`);
      expect(ebnf).toContain(`\n${name} ::= `);
    }
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  it("link only to rules that are drawn", () => {
    const svg = generated["grammar/generated/railroad.svg"] ?? "";
    const drawn = new Set([...svg.matchAll(/<g id="(\w+)">/g)].map((match) => match[1]));
    const linked = [...svg.matchAll(/href="#(\w+)"/g)].map((match) => match[1]);
    expect(linked.length).toBeGreaterThan(50);
    expect(linked.filter((name) => !drawn.has(name))).toEqual([]);
  });
});
