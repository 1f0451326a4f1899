// Mistakes: one complaint each, on the right line, and everything around them still comes out.
import { describe, expect, it } from "vitest";
import { parse } from "../../src/compiler/syntax/parse.ts";
import { complaints } from "./helpers.ts";

const spec = `mmx 1
dim D = 64
data mosi {
  text: f32[B, Ft]
  mood: target f32[B] in -3 .. 3
  split by fold { train: 0, test: 1 }
}
module Coder(x: f32[B, F], depth: int = 2) -> f32[B, D] {
  x |> Linear(D) |> gelu()
}
model Fusion(clip: mosi) {
  h = clip.text |> Coder()
  score = h |> MLP(D, 1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)
}
train Fusion on mosi {
  seed: 1
  stage joint {
    epochs: 20
    minimize: task
  }
}
evaluate Fusion on mosi.test {
  metrics: [mae]
}
`;

/** The spec with one line changed. */
function withLine(number: number, text: string, of = spec): string {
  return of
    .split("\n")
    .map((line, index) => (index === number - 1 ? text : line))
    .join("\n");
}

/** Kinds and names of what the file declares, and of the statements in its model. */
function outline(text: string): readonly string[] {
  return parse({ path: "test.mmx", text }).ast.items.flatMap((item) => {
    const name = "name" in item ? item.name.text : "model" in item ? item.model.text : "";
    const inside = item.kind === "model" ? item.body.statements : item.kind === "train" ? item.stages : [];
    return [`${item.kind} ${name}`, ...inside.map((entry) => ("name" in entry ? `  ${entry.name.text}` : "  result"))];
  });
}

describe("the spec that the mistakes are put into", () => {
  it("is clean", () => {
    expect(complaints(spec)).toEqual([]);
  });
});

describe("one mistake", () => {
  it.each<[number, string, string]>([
    [2, "dim D 64", "2 MMX1016"],
    [2, "dim = 64", "2 MMX1008"],
    [2, "dimm D = 64", "2 MMX1010"],
    [4, "  text f32[B, Ft]", "4 MMX1001"],
    [4, "  text: f32[B Ft]", "4 MMX1001"],
    [4, "  text: f32[B, Ft", "4 MMX1004"],
    [4, "  text: f32[B, Ft] opional", "4 MMX1001"],
    [5, "  mood: target f32[B] in -3", "5 MMX1001"],
    [6, "  split fold { train: 0, test: 1 }", "6 MMX1017"],
    [6, "  split by fold { train 0, test: 1 }", "6 MMX1017"],
    [6, "  split by fold { train: 0, test: 1", "6 MMX1004"],
    [8, "module Coder(x: f32[B, F], depth: int = 2 -> f32[B, D] {", "8 MMX1004"],
    [8, "module Coder(x: f32[B, F], depth: int = 2) : f32[B, D] {", "8 MMX1017"],
    [8, "module Coder x: f32[B, F], depth: int = 2) -> f32[B, D] {", "8 MMX1005"],
    [8, "def Coder(x: f32[B, F], depth: int = 2) -> f32[B, D] {", "8 MMX1010"],
    [8, "module Coder(x: f32[B, F], depth: int = 2) -> f32[B, D]", "8 MMX1012"],
    [9, "  x |> Linear(D) gelu()", "9 MMX1016"],
    [9, "  x |> |> gelu()", "9 MMX1017"],
    [9, "  x |> Linear(D |> gelu()", "9 MMX1004"],
    [9, "  x |> Linear(D)) |> gelu()", "9 MMX1005"],
    [9, "  x |> Linear(D] |> gelu()", "9 MMX1005"],
    [11, "model Fusion(clip: mosi)", "11 MMX1012"],
    [11, "model Fusion(clip mosi) {", "11 MMX1001"],
    [11, "model Fusion {", "11 MMX1001"],
    [11, "model model(clip: mosi) {", "11 MMX1008"],
    [12, "  h: clip.text |> Coder()", "12 MMX1011"],
    [12, "  h = ", "12 MMX1017"],
    [12, "  h = clip.text |> Coder() +", "12 MMX1017"],
    [12, "  h = clip.text | Coder()", "12 MMX1001"],
    [12, "  data = clip.text |> Coder()", "12 MMX1008"],
    [12, "  h = clip.text |> Coder(", "12 MMX1004"],
    [12, "  h = clip.text |> Coder()\n    + 3", "13 MMX1013"],
    [12, "  clip.text |> Coder()", "12 MMX1009"],
    [12, "  h = clip.text @ Coder()", "12 MMX1002"],
    [12, "  h = a < b < c", "12 MMX1001"],
    [12, "  h = { a: 1, 2 }", "12 MMX1014"],
    [12, '  h = "text', "12 MMX1003"],
    [12, "  h = clip.text |> Coder();", "12 MMX1002"],
    [12, "  h = clip.text |> Coder()  # a comment (of Python", "12 MMX1002"],
    [12, "  h = f(a = 1)", "12 MMX1011"],
    [12, "  h = x[m] for m M", "12 MMX1001"],
    [14, "  predict mood", "14 MMX1001"],
    [15, "  los task = mae(score, clip.mood)", "15 MMX1010"],
    [16, "", "11 MMX1004"],
    [22, "", "19 MMX1004"],
    [23, "", "17 MMX1004"],
    [26, "", "24 MMX1004"],
    [7, "", "3 MMX1004"],
    [19, "  stage joint\n  {", ""],
    [17, "train Fusion mosi {", "17 MMX1001"],
    [17, "train on mosi {", "17 MMX1001"],
    [18, "  seed = 1", "18 MMX1011"],
    [18, "  seed 1", "18 MMX1001"],
    [19, "  stage joint", "19 MMX1012"],
    [19, "  stage {", "19 MMX1001"],
    [21, "    minimize: ", "21 MMX1017"],
    [23, "}}", "23 MMX1005"],
    [24, "loss x = 3\nevaluate Fusion on mosi.test {", "24 MMX1010"],
  ])("on line %i, %j", (line, text, expected) => {
    expect(complaints(withLine(line, text))).toEqual(expected === "" ? [] : [expected]);
  });

  it.each([
    [4, "  text f32[B Ft]"],
    [8, "module Coder(x: f32[B, F], depth: int = 2 -> f32[B, D] {"],
    [9, "  x |> Linear(D |> ) gelu("],
    [12, "  h = clip.text ) |> ] Coder("],
    [13, "  score = |> MLP(D, 1"],
    [15, "  loss task mae(score clip.mood)"],
    [17, "train Fusion mosi {"],
    [20, "    epochs 20 30"],
  ])("on line %i, %j, leaves the rest in the tree", (line, text) => {
    expect(outline(withLine(line, text))).toEqual(outline(spec));
  });
});

describe("two mistakes", () => {
  it.each([
    [4, "  text f32[B, Ft]", 12, "  h = clip.text | Coder()"],
    [9, "  x |> Linear(D |> gelu()", 21, "    minimize = task"],
    [12, "  h = clip.text Coder()", 13, "  score = h |> MLP(D, 1 |> squeeze()"],
    [13, "  score h |> MLP()", 15, "  loss task = "],
    [18, "  seed 1", 20, "    epochs 20"],
    [2, "dim D 64", 24, "evaluate Fusion mosi.test {"],
  ])("on lines %i and %i give two complaints there", (first, firstText, second, secondText) => {
    const text = withLine(second, secondText, withLine(first, firstText));
    expect(complaints(text).map((complaint) => Number(complaint.split(" ")[0]))).toEqual([first, second]);
    expect(outline(text).filter((entry) => !entry.startsWith("  "))).toEqual(
      outline(spec).filter((entry) => !entry.startsWith("  ")),
    );
  });
});

describe("what was not read", () => {
  it("is missing rather than half a value", () => {
    const { ast } = parse({ path: "test.mmx", text: withLine(12, "  h = clip.text | Coder()") });
    const model = ast.items.find((item) => item.kind === "model");
    expect(model?.body.statements[0]).toMatchObject({ kind: "binding", name: { text: "h" }, value: { kind: "missing" } });
  });

  it("keeps the next statement begun on the same line", () => {
    const text = withLine(12, "  h = clip.text  g = h");
    expect(complaints(text)).toEqual(["12 MMX1016"]);
    expect(outline(text)).toContain("  g");
  });
});

describe("the header", () => {
  it.each([
    ["", ["1 MMX1006"]],
    ["dim D = 3\n", ["1 MMX1006"]],
    ["// first\n\nmmx 1\n", []],
    ["/// A spec.\nmmx 1\n", []],
    ["mmx 2\n", ["1 MMX1007"]],
    ["mmx\n", ["1 MMX1001"]],
    ["dim D = 3\nmmx 1\n", ["2 MMX1006"]],
    ["\uFEFFmmx 1\r\ndim D = 3\r\n", []],
  ])("of %j", (text, expected) => {
    expect(complaints(text)).toEqual(expected);
  });
});
