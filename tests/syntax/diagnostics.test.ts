// Every syntax diagnostic from its own record: `bad` gives it and nothing else, `good` gives none, each fix that edits mends.
import { describe, expect, it } from "vitest";
import type { TextEdit } from "../../src/compiler/diagnostics/diagnostic.ts";
import { syntaxDiagnostics } from "../../src/compiler/diagnostics/records/syntax/index.ts";
import { parse } from "../../src/compiler/syntax/parse.ts";

function diagnosticsOf(text: string) {
  return parse({ path: "test.mmx", text }).diagnostics;
}

/** The text after the edits, which do not overlap. */
function edited(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((one, other) => other.span.start - one.span.start)
    .reduce((result, { span, replacement }) => result.slice(0, span.start) + replacement + result.slice(span.end), text);
}

describe("syntax diagnostics", () => {
  it("have codes of their own, in order", () => {
    const codes = syntaxDiagnostics.map((record) => record.code);
    expect(codes).toEqual([...new Set(codes)].sort());
    expect(codes.every((code) => /^MMX1\d{3}$/.test(code))).toBe(true);
    expect(new Set(syntaxDiagnostics.map((record) => record.slug)).size).toBe(codes.length);
  });

  it.each(syntaxDiagnostics)("$code $slug", ({ code, slug, bad, good }) => {
    expect(diagnosticsOf(bad).map((diagnostic) => [diagnostic.code, diagnostic.slug])).toEqual([[code, slug]]);
    expect(diagnosticsOf(good)).toEqual([]);
  });

  it.each([
    ["mmx 1\n# note\ntau = 0.1\n", "mmx 1\n// note\ntau = 0.1\n"],
    ["mmx 1\ntau = 0.1;\n", "mmx 1\ntau = 0.1\n\n"],
    ['mmx 1\nname = "left\n', 'mmx 1\nname = "left"\n'],
    ["mmx 1\ntau = (1 + 2\nrho = 3\n", "mmx 1\ntau = (1 + 2)\nrho = 3\n"],
    ["mmx 1\ntau = 0.1)\n", "mmx 1\ntau = 0.1\n"],
    ["mmx 1\ntau = [0.1)\n", "mmx 1\ntau = [0.1]\n"],
    ["tau = 0.1\n", "mmx 1\ntau = 0.1\n"],
    ["mmx 3\n", "mmx 1\n"],
    ["mmx 1\nmodl A(c: d) {\n}\n", "mmx 1\nmodel A(c: d) {\n}\n"],
    ["mmx 1\nmodel A(c: d) {\n  los a = 1\n}\n", "mmx 1\nmodel A(c: d) {\n  loss a = 1\n}\n"],
    ["mmx 1\ntau: 0.1\n", "mmx 1\ntau = 0.1\n"],
    ["mmx 1\ntrain A on d {\n  seed = 1\n}\n", "mmx 1\ntrain A on d {\n  seed: 1\n}\n"],
    ["mmx 1\ndata d\n  x: f32[B]\n}\n", "mmx 1\ndata d {\n  x: f32[B]\n}\n"],
    ["mmx 1\nmodel A(c: d) {\n  x = 1\n    + 2\n}\n", "mmx 1\nmodel A(c: d) {\n  x = 1 +\n     2\n}\n"],
    ["mmx 1\nlabels L = 9 .. 0\n", "mmx 1\nlabels L = 0 .. 9\n"],
    ["mmx 1\nfn f(x: f32[B]) = x mean()\n", "mmx 1\nfn f(x: f32[B]) = x |> mean()\n"],
    ["mmx 1\nfn f(x: f32[B]) = x | mean()\n", "mmx 1\nfn f(x: f32[B]) = x |> mean()\n"],
    ["mmx 1\ndata d {\n  x: f32[B] optionl\n}\n", "mmx 1\ndata d {\n  x: f32[B] optional\n}\n"],
    ["mmx 1\nmodel A(c: d) {\n  x = 1\n", "mmx 1\nmodel A(c: d) {\n  x = 1\n}\n"],
  ])("%j is mended to %j", (text, mended) => {
    const [diagnostic] = diagnosticsOf(text);
    const fix = diagnostic?.fixes[0];
    expect(fix).toBeDefined();
    expect(edited(text, fix?.edits ?? [])).toBe(mended);
    expect(diagnosticsOf(mended)).toEqual([]);
  });

  it("says where an unclosed bracket opened and where it has to close", () => {
    const [diagnostic] = diagnosticsOf("mmx 1\nmodel A(c: d) {\n  x = f(1\n  y = 2\n}\n");
    expect(diagnostic).toMatchObject({
      code: "MMX1004",
      span: { start: 29, end: 30 },
      labels: [{ span: { start: 31, end: 31 } }],
    });
  });
});
