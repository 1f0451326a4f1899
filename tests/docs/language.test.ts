// Every example in docs/language.md is checked: whole specs must be clean, groups of declarations must have no error.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { render } from "../../src/compiler/diagnostics/render.ts";
import { memoryHost } from "../../src/compiler/host.ts";

const text = readFileSync(new URL("../../docs/language.md", import.meta.url), "utf8");
const blocks = [...text.matchAll(/```(mmx(?: items)?)\n([\s\S]*?)```/g)].map(([, kind = "", body = ""]) => ({
  kind,
  body,
  title: body.trim().split("\n").at(0) ?? "",
}));

describe("docs/language.md", () => {
  it("has examples", () => {
    expect(blocks.length).toBeGreaterThan(6);
  });

  it.each(blocks)("$kind: $title", ({ kind, body }) => {
    const spec = kind === "mmx" ? body : `mmx 1\n${body}`;
    const { diagnostics, sources } = checkSpec(memoryHost({ "example.mmx": spec }), "example.mmx");
    const counted = kind === "mmx" ? diagnostics : diagnostics.filter((diagnostic) => diagnostic.severity === "error");
    expect(counted.map((diagnostic) => render(diagnostic, sources, { colour: false, width: 110 }))).toEqual([]);
  });
});
