import { expect, test } from "vitest";
import { explain, findDiagnostic, wrap } from "../../src/compiler/diagnostics/explain.ts";
import { allDiagnostics } from "../../src/compiler/diagnostics/records/index.ts";

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
    expect(record.bad).not.toBe(record.good);
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
