// docs/std.md says of every declaration of the standard library what a reader needs: signature, shapes, equation, source, example.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type EntryPart, entryParts, libraryEntries } from "../../scripts/docs/std-entries.ts";
import { stdPage } from "../../scripts/docs/std-page.ts";
import { standardLibrary } from "../../src/compiler/std/sources.ts";

/** Name and text of every section of a page. */
function sectionsOf(page: string): ReadonlyMap<string, string> {
  const [, ...sections] = page.split(/^#{2,3} /m);
  return new Map(sections.map((section) => [section.slice(0, section.indexOf("\n")), section]));
}

/** What stands in the library's text at the head of a line, whatever the parser and the generator make of it. */
const declared = Object.values(standardLibrary).flatMap((text) =>
  [...text.matchAll(/^(?:module|fn) (\w+)/gm)].map(([, name]) => name as string),
);

describe("docs/std.md", () => {
  const sections = sectionsOf(readFileSync(new URL("../../docs/std.md", import.meta.url), "utf8"));

  test.each(declared)("%s has its signature, shapes, equation, source and example", (name) => {
    const section = sections.get(name) ?? "";
    expect(section).toMatch(new RegExp(`^${name}\\n\\n\`\`\`mmx\\n(module|fn) ${name}\\(.*\\n\`\`\`\\n\\n[A-Z].{10,}\\n\\n`));
    expect(section).toMatch(/\*\*Shapes:\*\* `.* -> .*`\n/);
    expect(section).toMatch(/\*\*Equation:\*\*\n\n```text\n[^`]* = [^`]*\n```\n/);
    // A publication with its year, or the documentation of a framework or a published evaluation.
    expect(section).toMatch(/\*\*Source:\*\* .*(\b(19|20)\d\d\b|PyTorch's|NumPy's|scikit-learn's|MMSA)/);
    expect(section).toMatch(new RegExp(`\\*\\*Example:\\*\\*\\n\\n\`\`\`mmx\\n.*\\b${name}\\(.*\\n\`\`\``));
  });

  test("it has no other sections than the libraries and their declarations, each under a name of its own", () => {
    expect(declared.length).toBeGreaterThan(80);
    expect([...sections.keys()].toSorted()).toEqual([...Object.keys(standardLibrary), ...declared].toSorted());
    expect(new Set(declared.map((name) => name.toLowerCase())).size).toBe(declared.length);
  });

  test("the links of its table lead to its sections", () => {
    const anchors = [...sections.keys()].map((heading) => heading.toLowerCase().replaceAll(".", ""));
    const links = [...stdPage().matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor]) => anchor);
    expect(links.toSorted()).toEqual(anchors.toSorted());
  });
});

describe("a declaration's doc comment", () => {
  const entries = Object.entries(standardLibrary).flatMap(([path, text]) => libraryEntries(path, text));

  test.each(entries)("$name: its prose has no sign that Markdown would take for markup", ({ description, parts }) => {
    for (const prose of [description, parts.Source]) {
      expect((prose.match(/`/g) ?? []).length % 2).toBe(0);
      expect(prose.replace(/`[^`]*`/g, "")).not.toMatch(/[*_<\\~[\]$]/);
    }
  });

  test.each(entries.filter(({ signature }) => / -> /.test(signature)))("$name: its shapes end as its signature does", (entry) => {
    const result = entry.signature.slice(entry.signature.indexOf(") -> ") + ") -> ".length);
    expect(entry.parts.Shapes.endsWith(` -> ${result}`), `${entry.parts.Shapes} | ${result}`).toBe(true);
  });

  const parts: Readonly<Record<EntryPart, string>> = {
    Shapes: "f32[...] -> f32[...]",
    Equation: "y = x²\n///   = x x",
    Source: "Al-Khwarizmi (820),\n/// on squares.",
    Example: "y = twice(x)",
  };
  const written = (without: EntryPart | undefined, doc = "The square."): string => {
    const lines = entryParts.filter((part) => part !== without).map((part) => `/// ${part}: ${parts[part]}`);
    return `mmx 1\n/// ${doc}\n///\n${lines.join("\n")}\nfn twice(x: f32[...]) = x * x\n`;
  };

  test("is read part by part", () => {
    expect(libraryEntries("a", written(undefined))).toEqual([
      {
        name: "twice",
        signature: "fn twice(x: f32[...])",
        description: "The square.",
        parts: { ...parts, Equation: "y = x²\n= x x", Source: "Al-Khwarizmi (820), on squares." },
      },
    ]);
  });

  test.each(entryParts)("is refused without %s", (part) => {
    expect(() => libraryEntries("std.a", written(part))).toThrow(/std\.a twice: the doc comment has the parts/);
    const empty = written(undefined).replace(new RegExp(`^/// ${part}: (.*\n)(?:/// +[=o].*\n)?`, "m"), `/// ${part}:\n`);
    expect(() => libraryEntries("std.a", empty)).toThrow(`std.a twice: nothing stands behind ${part}:`);
  });

  test("is refused without a description", () => {
    expect(() => libraryEntries("std.a", written(undefined, ""))).toThrow("does not begin with a description");
  });
});
