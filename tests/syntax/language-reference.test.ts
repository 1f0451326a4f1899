// Every piece of code in the language reference parses: as a whole spec, or as declarations under a header.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "../../src/compiler/syntax/parse.ts";

const reference = readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8");

const snippets = [...reference.matchAll(/^```mmx( items)?\n([\s\S]*?)^```/gm)].map((match) => ({
  line: reference.slice(0, match.index).split("\n").length,
  spec: match[1] === undefined ? (match[2] ?? "") : `mmx 1\n${match[2] ?? ""}`,
}));

function complaints(text: string): readonly string[] {
  return parse({ path: "language.md", text }).diagnostics.map((diagnostic) => diagnostic.message);
}

describe("the language reference", () => {
  it("marks all its code as mmx", () => {
    expect(snippets.length).toBeGreaterThanOrEqual(6);
    expect(reference.match(/^```/gm)?.length).toBe(2 * snippets.length);
  });

  it.each(snippets)("line $line parses", ({ spec }) => {
    expect(complaints(spec)).toEqual([]);
  });
});
