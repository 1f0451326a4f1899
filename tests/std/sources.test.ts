// The library's text: inside the compiler it is the library's files; every declaration is formatted, documented, and tested by a case.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { generateStd } from "../../scripts/generate-std.ts";
import { standardLibrary } from "../../src/compiler/std/sources.ts";
import { format } from "../../src/compiler/syntax/format.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";
import { titledCases } from "./cases/index.ts";

test("sources.ts is fresh", () => {
  for (const [path, text] of Object.entries(generateStd())) {
    expect(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"), `${path}: run tsx scripts/generate-std.ts`).toBe(
      text,
    );
  }
});

describe("the library's text", () => {
  test.each(Object.entries(standardLibrary))("%s is written as the formatter writes it", (_path, text) => {
    expect(format(text)).toBe(text);
  });

  test.each(Object.entries(standardLibrary))("%s documents every declaration: shapes, source, example", (path, text) => {
    const { ast, diagnostics } = parse({ path, text });
    expect(diagnostics).toEqual([]);
    for (const item of ast.items) {
      if (item.kind !== "module" && item.kind !== "fn") continue;
      expect(item.doc, item.name.text).toMatch(/->/);
      expect(item.doc, item.name.text).toMatch(/Source: /);
      expect(item.doc, item.name.text).toMatch(/Example: /);
    }
  });

  test("every module and function of the library is reached by a case", () => {
    const declared = new Map(
      Object.entries(standardLibrary).flatMap(([path, text]) =>
        parse({ path, text }).ast.items.flatMap((item) =>
          item.kind === "module" || item.kind === "fn"
            ? [[item.name.text, text.slice(item.body.span.start, item.body.span.end)] as const]
            : [],
        ),
      ),
    );
    const reached = new Set<string>();
    const visit = (text: string): void => {
      for (const [name, body] of declared) {
        if (reached.has(name) || !new RegExp(`\\b${name}\\(`).test(text)) continue;
        reached.add(name);
        visit(body);
      }
    };
    for (const [, testCase] of titledCases) visit(testCase.body);
    expect([...declared.keys()].filter((name) => !reached.has(name))).toEqual([]);
    expect(declared.size).toBeGreaterThan(70);
  });
});
