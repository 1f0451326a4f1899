// The parser faces any text: it never throws, what it reports lies inside the file, and a broken spec still gives complaints.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenSpecifications } from "../../grammar/tokens.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";
import { repositorySpecs } from "./helpers.ts";

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Every span in a value, however deep. */
function spansOf(value: unknown): readonly Place[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(spansOf);
  if ("start" in value && "end" in value && typeof value.start === "number" && typeof value.end === "number") {
    return [{ start: value.start, end: value.end }];
  }
  return Object.values(value).flatMap(spansOf);
}

function expectSound(text: string): void {
  const { ast, diagnostics } = parse({ path: "fuzz.mmx", text });
  for (const { start, end } of [...spansOf(ast), ...spansOf(diagnostics)]) {
    expect(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= text.length).toBe(true);
  }
  for (const { message, fixes } of diagnostics) {
    expect(message).not.toMatch(/undefined|NaN|\bnull\b/);
    expect(fixes.length).toBeLessThanOrEqual(3);
  }
}

const specs = repositorySpecs().map(({ text }) => text);
const words = tokenSpecifications.flatMap((token) => (typeof token.pattern === "string" ? [token.pattern] : []));
const noise = fc.constantFrom(...words, "\n", "\n", " ", "x", "D", "12", '"s"', '"', "// c", "/// d", "#", "é", "@", '"""', ";");

describe("parse", () => {
  it("stands any characters", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), expectSound), { numRuns: 300 });
  });

  it("stands any tokens", () => {
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 60 }), (parts) => expectSound(parts.join(" "))),
      { numRuns: 500 },
    );
  });

  it("stands a spec with pieces taken out, doubled or replaced", () => {
    const edits = fc.array(fc.tuple(fc.nat(), fc.constantFrom("drop", "double", "noise"), noise), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.constantFrom(...specs), edits, (text, changes) => {
        const pieces = text.split(/(\s+|\b|(?=[^\w\s])|(?<=[^\w\s]))/).filter((piece) => piece !== "");
        for (const [at, change, other] of changes) {
          const index = at % pieces.length;
          pieces.splice(
            index,
            1,
            ...(change === "drop" ? [] : change === "double" ? [pieces[index] ?? "", pieces[index] ?? ""] : [other]),
          );
        }
        expectSound(pieces.join(""));
      }),
      { numRuns: 150 },
    );
  });

  it("stands a spec that ends anywhere", () => {
    fc.assert(
      fc.property(fc.constantFrom(...specs), fc.nat(), (text, at) => expectSound(text.slice(0, at % (text.length + 1)))),
      { numRuns: 100 },
    );
  });

  it("stands deep nesting", () => {
    expectSound(`mmx 1\nx = ${"(".repeat(300)}1${")".repeat(300)}\n`);
    expectSound(`mmx 1\nx = ${"[".repeat(300)}\n`);
  });

  it("complains of a spec that lost a bracket", () => {
    const [clean] = specs.filter((text) => parse({ path: "", text }).diagnostics.length === 0);
    const text = clean ?? "";
    const brackets = [...text.replace(/\/\/.*|"[^"\n]*"/g, (skipped) => " ".repeat(skipped.length)).matchAll(/[()[\]{}]/g)];
    for (const { index } of brackets) {
      const broken = text.slice(0, index) + text.slice(index + 1);
      expect(parse({ path: "", text: broken }).diagnostics.length).toBeGreaterThan(0);
    }
  });
});
