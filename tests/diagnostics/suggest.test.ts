import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closest, editDistance } from "../../src/compiler/diagnostics/suggest.ts";

describe("closest", () => {
  const library = ["Linear", "LayerNorm", "MLP", "Attention", "dropout", "text", "audio", "vision", "mae", "mse"];

  test.each([
    ["Liner", "Linear"],
    ["linear", "Linear"],
    ["Lienar", "Linear"],
    ["atention", "Attention"],
    ["audoi", "audio"],
    ["vison", "vision"],
    ["drop", "dropout"],
  ])("%s stands for %s", (word, meant) => {
    expect(closest(word, library)).toBe(meant);
  });

  test.each(["x", "q", "zebra", "Convolution", "video", "ma"])("%s stands for nothing known", (word) => {
    expect(closest(word, library)).toBeUndefined();
  });

  test("two equally near names give no hint", () => {
    expect(closest("mxe", ["mae", "mse"])).toBeUndefined();
  });

  test("a word is no hint for itself", () => {
    expect(closest("text", ["text"])).toBeUndefined();
  });
});

test("the edit distance is zero for equal words, symmetric, and one for one swap", () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (first, second) => {
      expect(editDistance(first, first)).toBe(0);
      expect(editDistance(first, second)).toBe(editDistance(second, first));
      expect(editDistance(first, second) === 0).toBe(first === second);
    }),
  );
  expect(editDistance("abcd", "abdc")).toBe(1);
  expect(editDistance("kitten", "sitting")).toBe(3);
});
