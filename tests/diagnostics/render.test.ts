import { describe, expect, test } from "vitest";
import type { Diagnostic } from "../../src/compiler/diagnostics/diagnostic.ts";
import { renderJson } from "../../src/compiler/diagnostics/json.ts";
import { render, renderAll } from "../../src/compiler/diagnostics/render.ts";
import type { Span } from "../../src/compiler/source/span.ts";

/** The span of the nth `part` in a file's text. */
function spanOf(file: string, text: string, part: string, nth = 0): Span {
  let start = text.indexOf(part);
  for (let count = 0; count < nth; count += 1) start = text.indexOf(part, start + 1);
  expect(start, `no ${part} in ${file}`).toBeGreaterThanOrEqual(0);
  return { file, start, end: start + part.length };
}

function diagnostic(parts: Partial<Diagnostic> & { readonly span: Span }): Diagnostic {
  return {
    code: "MMX2001",
    slug: "name-unknown",
    severity: "error",
    message: "nothing is called `x`",
    labels: [],
    notes: [],
    fixes: [],
    ...parts,
  };
}

function rendered(one: Diagnostic, sources: Record<string, string>, width?: number): string {
  return render(one, new Map(Object.entries(sources)), width === undefined ? {} : { width });
}

const tri = `${"\n".repeat(26)}  t = clip.text  |> Coder(width: 128)
  a = clip.audio |> Coder(width: 64)
  v = clip.vision |> Coder(width: 128)

  fused = stack(t, a, v, as: M)
`;

test("the example of the design is drawn letter for letter", () => {
  const one = diagnostic({
    code: "MMX2003",
    slug: "widths-differ",
    message: "stack needs its inputs to agree, but the last dimension differs",
    span: spanOf("tri.mmx", tri, "stack(t, a, v, as: M)"),
    labels: [
      { span: spanOf("tri.mmx", tri, "Coder(width: 128)"), text: "text becomes 128 wide here" },
      { span: spanOf("tri.mmx", tri, "Coder(width: 64)"), text: "audio becomes 64 wide here" },
    ],
    notes: ["t  f32[B, 128]", "a  f32[B,  64]   <- differs", "v  f32[B, 128]"],
    fixes: [
      { title: "give audio the same width", preview: "Coder(width: 128)", edits: [] },
      { title: "project audio before fusing", preview: "stack(t, a |> Linear(128), v, as: M)", edits: [] },
      { title: "join instead of stack", preview: "concat(t, a, v, along: D)   gives f32[B, 320]", edits: [] },
    ],
  });
  expect(
    rendered(one, { "tri.mmx": tri }),
  ).toBe(`error[MMX2003] widths-differ: stack needs its inputs to agree, but the last dimension differs
   ┌─ tri.mmx:31:11
27 │   t = clip.text  |> Coder(width: 128)
   │                     ----------------- text becomes 128 wide here
28 │   a = clip.audio |> Coder(width: 64)
   │                     ---------------- audio becomes 64 wide here
31 │   fused = stack(t, a, v, as: M)
   │           ^^^^^^^^^^^^^^^^^^^^^
       t  f32[B, 128]
       a  f32[B,  64]   <- differs
       v  f32[B, 128]
   Try one of these:
     1. give audio the same width       Coder(width: 128)
     2. project audio before fusing     stack(t, a |> Linear(128), v, as: M)
     3. join instead of stack           concat(t, a, v, along: D)   gives f32[B, 320]
   mmx explain MMX2003`);
});

describe("places", () => {
  test("labels of one line are stacked, and one on the fault itself stands beside the carets", () => {
    const text = "y = alpha + beta\n";
    const one = diagnostic({
      span: spanOf("a.mmx", text, "+"),
      labels: [
        { span: spanOf("a.mmx", text, "alpha"), text: "f32[B, 3]" },
        { span: spanOf("a.mmx", text, "+"), text: "does not fit" },
        { span: spanOf("a.mmx", text, "beta"), text: "f32[B, 4]" },
      ],
    });
    expect(rendered(one, { "a.mmx": text }).split("\n").slice(2, -1)).toEqual([
      " 1 │ y = alpha + beta",
      "   │     ----- f32[B, 3]",
      "   │           ^ does not fit",
      "   │             ---- f32[B, 4]",
    ]);
  });

  test("a label in another file gets a frame of its own, with one gutter for all", () => {
    const main = "y = Coder(3)\n";
    const library = `${"\n".repeat(119)}module Coder(x: f32[B, F]) -> f32[B, D] {\n`;
    const one = diagnostic({
      span: spanOf("main.mmx", main, "3"),
      labels: [{ span: spanOf("library.mmx", library, "x: f32[B, F]"), text: "the parameter" }],
    });
    expect(rendered(one, { "main.mmx": main, "library.mmx": library }).split("\n").slice(1, -1)).toEqual([
      "    ┌─ main.mmx:1:11",
      "  1 │ y = Coder(3)",
      "    │           ^",
      "    ┌─ library.mmx:120:14",
      "120 │ module Coder(x: f32[B, F]) -> f32[B, D] {",
      "    │              ------------ the parameter",
    ]);
  });

  test("a span over several lines is underlined on its first and says where it ends", () => {
    const text = "model Tri(clip: mosi) {\n  h = 1\n}\n";
    const one = diagnostic({ span: { file: "a.mmx", start: 0, end: text.length - 1 } });
    expect(rendered(one, { "a.mmx": text }).split("\n").slice(1, 4)).toEqual([
      "   ┌─ a.mmx:1:1",
      " 1 │ model Tri(clip: mosi) {",
      "   │ ^^^^^^^^^^^^^^^^^^^^^^^ (to line 3)",
    ]);
  });

  test.each([
    ["right behind the last line", "model A {\n  x = (1\n", 18],
    ["behind trailing blank lines", "model A {\n  x = (1\n\n  \n", 22],
    ["with no final newline", "model A {\n  x = (1", 18],
  ])("an end of file %s is shown after the last text", (_, text, offset) => {
    const at = Math.min(offset, text.length);
    const one = diagnostic({ span: { file: "a.mmx", start: at, end: at } });
    expect(rendered(one, { "a.mmx": text }).split("\n").slice(1, 4)).toEqual([
      "   ┌─ a.mmx:2:9",
      " 2 │   x = (1",
      "   │         ^",
    ]);
  });

  test("an empty file has a frame too", () => {
    const one = diagnostic({ span: { file: "a.mmx", start: 0, end: 0 } });
    expect(rendered(one, { "a.mmx": "" }).split("\n").slice(1, 4)).toEqual(["   ┌─ a.mmx:1:1", " 1 │", "   │ ^"]);
  });

  test("a file whose text is unknown is named without a frame", () => {
    const one = diagnostic({ span: { file: "clips.npz", start: 0, end: 0 } });
    expect(rendered(one, {}).split("\n")[1]).toBe("   ┌─ clips.npz");
  });
});

describe("columns", () => {
  test("tabs, wide characters and combining marks keep the caret under its letter", () => {
    const text = '\tname = "情感 é 🙂" + wrong\n';
    const one = diagnostic({ span: spanOf("a.mmx", text, "wrong") });
    const [, , line, caret] = rendered(one, { "a.mmx": text }).split("\n");
    expect(line).toBe(' 1 │     name = "情感 é 🙂" + wrong');
    // Seven for the gutter and the shown tab, then: name = " (8), two wide (4), blank, é, blank (3), wide (2), " + (4).
    expect(caret).toBe(`   │ ${" ".repeat(4 + 8 + 4 + 3 + 2 + 4)}^^^^^`);
  });

  test("Windows line ends are not shown", () => {
    const text = "a = 1\r\nb = wrong\r\n";
    const one = diagnostic({ span: spanOf("a.mmx", text, "wrong") });
    expect(rendered(one, { "a.mmx": text }).split("\n").slice(2, 4)).toEqual([" 2 │ b = wrong", "   │     ^^^^^"]);
  });

  test("a long line is cut around the fault and stays within the width", () => {
    const text = `x = ${"a + ".repeat(60)}wrong + ${"b + ".repeat(60)}c\n`;
    const one = diagnostic({ span: spanOf("a.mmx", text, "wrong") });
    const [, , line = "", caret = ""] = rendered(one, { "a.mmx": text }, 80).split("\n");
    expect(line.length).toBeLessThanOrEqual(80);
    expect(line.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe("wrong");
    expect(line).toMatch(/│ ….*…$/);
  });
});

test("one fix is not numbered, and a preview too wide for the line goes under its title", () => {
  const text = "y = x\n";
  const preview = "z".repeat(60);
  const one = diagnostic({ span: spanOf("a.mmx", text, "x"), fixes: [{ title: "write it out", preview, edits: [] }] });
  expect(rendered(one, { "a.mmx": text }, 60).split("\n").slice(-4)).toEqual([
    "   Try this:",
    "     write it out",
    `       ${preview}`,
    "   mmx explain MMX2001",
  ]);
});

test("a note wider than the terminal is broken at blanks", () => {
  const one = diagnostic({
    span: { file: "a.mmx", start: 0, end: 1 },
    notes: ["it has alpha, beta, gamma, delta, epsilon, zeta and eta", "t  f32[B,  2]"],
  });
  expect(rendered(one, { "a.mmx": "x\n" }, 40).split("\n").slice(4, -1)).toEqual([
    "       it has alpha, beta, gamma,",
    "         delta, epsilon, zeta and eta",
    "       t  f32[B,  2]",
  ]);
});

test("colour adds escapes and nothing else", () => {
  const one = diagnostic({ span: spanOf("tri.mmx", tri, "stack"), severity: "warning", notes: ["a note"] });
  const sources = new Map([["tri.mmx", tri]]);
  const coloured = render(one, sources, { colour: true });
  expect(coloured).toContain("\u001b[");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes are what is looked for.
  expect(coloured.replace(/\u001b\[[\d;]*m/g, "")).toBe(render(one, sources));
  expect(renderAll([one, one], sources)).toBe(`${render(one, sources)}\n\n${render(one, sources)}`);
});

test("JSON gives resolved places, and only data", () => {
  const text = "a = 1\nb = wrong\n";
  const span = spanOf("a.mmx", text, "wrong");
  const fix = { title: "write a", preview: "a", edits: [{ span, replacement: "a" }] };
  const json = renderJson(diagnostic({ span, fixes: [fix] }), new Map([["a.mmx", text]]));
  expect(JSON.parse(JSON.stringify(json))).toEqual({
    code: "MMX2001",
    slug: "name-unknown",
    severity: "error",
    message: "nothing is called `x`",
    file: "a.mmx",
    start: { offset: 10, line: 2, column: 5 },
    end: { offset: 15, line: 2, column: 10 },
    labels: [],
    notes: [],
    fixes: [
      {
        title: "write a",
        preview: "a",
        edits: [
          {
            replacement: "a",
            file: "a.mmx",
            start: { offset: 10, line: 2, column: 5 },
            end: { offset: 15, line: 2, column: 10 },
          },
        ],
      },
    ],
  });
});
