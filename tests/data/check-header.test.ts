import { expect, test } from "vitest";
import type { DataSchema, FieldSchema } from "../../src/compiler/compiled.ts";
import { checkHeader } from "../../src/compiler/data/check-header.ts";
import type { ColumnHeader, ColumnType } from "../../src/compiler/data/header.ts";
import { constantDim, multiplyDims, symbolDim } from "../../src/compiler/dims/dim.ts";
import { field, ragged, schema } from "./schemas.ts";

const head = (name: string, shape: readonly number[], type: ColumnType = "f32"): ColumnHeader => ({ name, type, shape });

function check(block: DataSchema, columns: readonly ColumnHeader[], rest: Partial<Parameters<typeof checkHeader>[2]> = {}) {
  return checkHeader(block, { path: "clips.npz", format: "npz", columns }, { dimensions: [ragged("T", 50)], ...rest });
}

const problems = (fields: readonly FieldSchema[], columns: readonly ColumnHeader[]): readonly string[] =>
  check(schema(fields), columns).diagnostics.map(({ slug, message }) => `${slug}: ${message}`);

test("open sizes take the file's, also inside a product", () => {
  const twice = { size: multiplyDims(constantDim(2), symbolDim("G")), name: undefined, ragged: false };
  const fields = [field("pair", [], { axes: [twice] }), field("text", ["Ft"]), field("mood", [], { role: "target" })];
  const result = check(schema(fields), [head("text", [9, 100]), head("pair", [9, 12]), head("mood", [9, 1])]);
  expect(result).toEqual({ diagnostics: [], sizes: { Ft: 100, G: 6 } });
});

test("a size that another data block bound is compared, not bound again", () => {
  const result = check(schema([field("text", ["Ft"])]), [head("text", [9, 100])], { sizes: { Ft: 74 } });
  expect(result.diagnostics.map(({ message }) => message)).toEqual(["Ft is 74, but 100 in text"]);
  expect(result.sizes).toEqual({});
});

test("a missing column is reported with the one that is probably meant", () => {
  const [found] = check(schema([field("label", [], { role: "target" })]), [
    head("labels", [9]),
    head("text", [9, 4]),
  ]).diagnostics;
  expect(found?.message).toBe('clips.npz has no column "label", which label is read from');
  expect(found?.notes).toEqual(["it has labels, text"]);
  expect(found?.fixes.map(({ preview }) => preview)).toEqual(['from "labels"']);
});

test("targets and the split may be missing for prediction, inputs may not", () => {
  const split = { kind: "column", column: "fold", parts: { train: [0], test: [1] } } as const;
  const block = schema([field("text", ["Ft"]), field("mood", [], { role: "target" })], { split });
  expect(check(block, [head("text", [9, 4])]).diagnostics.map(({ message }) => message)).toEqual([
    'clips.npz has no column "mood", which mood is read from',
    'clips.npz has no column "fold", which the split is read from',
  ]);
  expect(check(block, [head("text", [9, 4])], { needsTargets: false }).diagnostics).toEqual([]);
  expect(check(block, [head("mood", [9])], { needsTargets: false }).diagnostics).toHaveLength(1);
});

test.each<[string, readonly FieldSchema[], readonly ColumnHeader[], readonly string[]]>([
  [
    "too few axes",
    [field("text", ["T~", "F"])],
    [head("text", [9, 4])],
    ["axes-differ: text is declared with 3 axes, but the file stores 2"],
  ],
  ["too many axes", [field("x", [])], [head("x", [9, 4])], ["axes-differ: x is declared with 1 axis, but the file stores 2"]],
  [
    "another fixed size",
    [field("image", [14, 28])],
    [head("image", [9, 28, 28])],
    ["size-differs: image is declared 14 long on the first axis after B, but the file has 28"],
  ],
  [
    "one name for two sizes",
    [field("text", ["F"]), field("audio", ["F"])],
    [head("text", [9, 4]), head("audio", [9, 3])],
    ["sizes-conflict: F is 4 in text, but 3 in audio"],
  ],
  [
    "text for numbers",
    [field("words", [])],
    [head("words", [9], "text")],
    ["element-differs: words is declared f32[B], but its column holds text"],
  ],
  [
    "different numbers of samples",
    [field("a", []), field("b", [])],
    [head("a", [9]), head("b", [8])],
    ["counts-differ: b has 8 samples, but a has 9"],
  ],
  ["no samples", [field("a", [])], [head("a", [0])], ["no-samples: clips.npz holds no samples"]],
  [
    "stored longer than the bound",
    [field("text", ["T~", 4])],
    [head("text", [9, 60, 4])],
    ["too-long: T is at most 50, but text is 60 long in the file"],
  ],
  ["stored longer, with true lengths", [field("text", ["T~", 4])], [head("text", [9, 60, 4]), head("T_length", [9], "i32")], []],
  ["stored without padding", [field("text", ["T~", 4])], [head("text", [300, 4]), head("text_offsets", [10], "i64")], []],
  [
    "offsets for another number of samples",
    [field("text", ["T~", 4]), field("mood", [])],
    [head("text", [300, 4]), head("text_offsets", [10], "i64"), head("mood", [10])],
    ["counts-differ: mood has 10 samples, but text has 9"],
  ],
])("%s", (_, fields, columns, expected) => {
  expect(problems(fields, columns)).toEqual(expected);
});
