import { describe, expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { wrap } from "../../src/compiler/diagnostics/columns.ts";
import type { Diagnostic, TextEdit } from "../../src/compiler/diagnostics/diagnostic.ts";
import { type AnyDiagnosticRecord, explain, findDiagnostic } from "../../src/compiler/diagnostics/explain.ts";
import { allDiagnostics, specDiagnostics } from "../../src/compiler/diagnostics/records/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";

test("codes and slugs are unique and well formed", () => {
  const codes = allDiagnostics.map(({ code }) => code);
  const slugs = allDiagnostics.map(({ slug }) => slug);
  expect(new Set(codes).size).toBe(codes.length);
  expect(new Set(slugs).size).toBe(slugs.length);
  for (const code of codes) expect(code).toMatch(/^MMX[1-6]\d{3}$/);
  for (const slug of slugs) expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

test.each(allDiagnostics.map((record) => [record.code, record] as const))(
  "%s says why, and has a wrong and a right spec",
  (_, record) => {
    expect(record.why.trim().length).toBeGreaterThan(20);
    expect(record.why).toMatch(/[.?)]$/);
    expect(record.bad.trim()).not.toBe("");
    expect(record.good.trim()).not.toBe("");
    if (record.around?.overrides === undefined) expect(record.bad).not.toBe(record.good);
  },
);

test("a record is found by code and by slug, in any case, and explained whole", () => {
  const record = allDiagnostics[0];
  if (record === undefined) throw new Error("there are no diagnostics");
  expect(findDiagnostic(allDiagnostics, record.code.toLowerCase())).toBe(record);
  expect(findDiagnostic(allDiagnostics, record.slug.toUpperCase())).toBe(record);
  expect(findDiagnostic(allDiagnostics, "MMX0000")).toBeUndefined();
  const text = explain(record, "error: so and so");
  for (const part of [record.code, record.slug, "    error: so and so"]) expect(text).toContain(part);
  for (const line of [...record.bad.split("\n"), ...record.good.split("\n")]) expect(text).toContain(line);
  expect(text.replace(/\s+/g, " ")).toContain(record.why.replace(/\s+/g, " "));
});

test("a paragraph is wrapped at blanks and loses no word", () => {
  const words = "one three five seven eleven thirteen".split(" ");
  const lines = wrap(words.join(" "), 11).split("\n");
  expect(lines).toEqual(["one three", "five seven", "eleven", "thirteen"]);
});

function found(text: string, around: AnyDiagnosticRecord["around"] = {}): readonly Diagnostic[] {
  return checkSpec(memoryHost({ ...around.files, "spec.mmx": text }), "spec.mmx", { overrides: around.overrides ?? {} })
    .diagnostics;
}

/** The text after a fix; edits do not overlap. */
function applied(text: string, edits: readonly TextEdit[]): string {
  return [...edits]
    .sort((one, other) => other.span.start - one.span.start)
    .reduce((mended, { span, replacement }) => mended.slice(0, span.start) + replacement + mended.slice(span.end), text);
}

describe.each(specDiagnostics.map((record) => [`${record.code} ${record.slug}`, record] as const))("%s", (_, record) => {
  test("its bad spec gives exactly this, its good one is clean", () => {
    expect(found(record.bad, record.around).map(({ code }) => code)).toEqual([record.code]);
    expect(found(record.good)).toEqual([]);
  });

  test("every fix that a tool can apply mends it", () => {
    for (const { fixes, message } of found(record.bad, record.around)) {
      expect(message).not.toMatch(/undefined|NaN|\[object/);
      for (const { title, edits } of fixes) {
        if (edits.length === 0) continue;
        const mended = applied(record.bad, edits);
        expect(
          found(mended, record.around).map(({ code }) => code),
          `${title}\n${mended}`,
        ).not.toContain(record.code);
      }
    }
  });
});
