import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { DataSchema } from "../../src/compiler/compiled.ts";
import { DataProblem, type Dataset } from "../../src/runtime/data/dataset.ts";
import type { Column } from "../../src/runtime/data/formats/format.ts";
import { writeNpz } from "../../src/runtime/data/formats/write.ts";
import { type LoadOptions, loadDataset } from "../../src/runtime/data/load.ts";
import { column, columns, field, ragged, schema, sharedData, temporaryFolder } from "./schemas.ts";

const absent = Number.NaN;

async function load(block: DataSchema, list: readonly Column[], options: Partial<LoadOptions> = {}): Promise<Dataset> {
  const path = join(await temporaryFolder(), "clips.npz");
  await writeNpz(path, columns(...list));
  return loadDataset(block, path, { dimensions: [ragged("T", 6)], ...options });
}

async function problem(block: DataSchema, list: readonly Column[]): Promise<string> {
  try {
    await load(block, list);
  } catch (cause) {
    if (cause instanceof DataProblem) return cause.diagnostics.map(({ slug, message }) => `${slug}: ${message}`).join("; ");
    throw cause;
  }
  return "";
}

const values = (dataset: Dataset, name: string): readonly (number | string)[] =>
  Array.from((dataset.fields.get(name)?.values ?? []) as ArrayLike<number | string>);

const text = (name: string, cells: readonly string[]): Column => ({ name, type: "text", shape: [cells.length], values: cells });

test("labels are read by name and by number; ids as text", async () => {
  const kinds = { element: "labels", role: "target", labels: ["sad", "happy"] } as const;
  const dataset = await load(
    schema([
      field("named", [], kinds),
      field("numbered", [], kinds),
      field("digit", [], { ...kinds, labels: ["1", "2", "3"] }),
      field("id", [], { role: "id", element: "text" }),
    ]),
    [text("named", ["happy", "sad"]), column("numbered", [2], [1, 0]), column("digit", [2], [3, 1]), column("id", [2], [7, 8])],
  );
  expect(values(dataset, "named")).toEqual([1, 0]);
  expect(values(dataset, "numbered")).toEqual([1, 0]);
  expect(values(dataset, "digit")).toEqual([2, 0]);
  expect(values(dataset, "id")).toEqual(["7", "8"]);
});

test("a sample that is all NaN, or that the file calls absent, is absent and zero", async () => {
  const dataset = await load(schema([field("audio", [2], { optional: true }), field("video", [1], { optional: true })]), [
    column("audio", [3, 2], [1, 2, absent, absent, 5, 6]),
    column("video", [3, 1], [1, 2, 3]),
    column("video_present", [3], [1, 1, 0]),
  ]);
  expect(values(dataset, "audio")).toEqual([1, 2, 0, 0, 5, 6]);
  expect([...(dataset.fields.get("audio")?.present ?? [])]).toEqual([1, 0, 1]);
  expect(values(dataset, "video")).toEqual([1, 2, 0]);
  expect([...(dataset.fields.get("video")?.present ?? [])]).toEqual([1, 1, 0]);
});

test("padding becomes zero whatever the file holds there; fields share the dimension's lengths", async () => {
  const dataset = await load(schema([field("text", ["T~", 2]), field("audio", ["T~"], { optional: true })]), [
    column("text", [2, 3, 2], [1, 2, 3, 4, 99, 99, 5, 6, absent, 0, 0, 0]),
    column("text_length", [2], [2, 1]),
    column("audio", [2, 3], [7, 8, 9, absent, absent, absent]),
  ]);
  expect([...(dataset.lengths.get("T") ?? [])]).toEqual([2, 1]);
  expect(values(dataset, "text")).toEqual([1, 2, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0]);
  expect(values(dataset, "audio")).toEqual([7, 8, 0, 0, 0, 0]);
});

test("a length of 0 is an absent sample, and its length is then 1", async () => {
  const dataset = await load(schema([field("text", ["T~"], { optional: true })]), [
    column("text", [2, 3], [1, 2, 3, 9, 9, 9]),
    column("text_length", [2], [3, 0]),
  ]);
  expect([...(dataset.fields.get("text")?.present ?? [])]).toEqual([1, 0]);
  expect([...(dataset.lengths.get("T") ?? [])]).toEqual([3, 1]);
  expect(values(dataset, "text")).toEqual([1, 2, 3, 0, 0, 0]);
});

test("columns stored without padding are laid out by their offsets", async () => {
  const dataset = await load(schema([field("text", ["T~", 2])]), [
    column("text", [4, 2], [1, 2, 3, 4, 5, 6, 7, 8]),
    column("text_offsets", [3], [0, 1, 4]),
  ]);
  expect(dataset.fields.get("text")?.shape).toEqual([2, 3, 2]);
  expect(values(dataset, "text")).toEqual([1, 2, 0, 0, 0, 0, 3, 4, 5, 6, 7, 8]);
  expect([...(dataset.lengths.get("T") ?? [])]).toEqual([1, 3]);
});

test.each<[string, DataSchema, readonly Column[]]>([
  [
    'label-unknown: kind holds "joy" in sample 1, which is none of its labels',
    schema([field("kind", [], { element: "labels", labels: ["sad", "happy"] })]),
    [text("kind", ["sad", "joy"])],
  ],
  [
    "out-of-range: mood is declared in -3 .. 3, but sample 1 holds -99",
    schema([field("mood", [], { range: { low: -3, high: 3 } })]),
    [column("mood", [3], [3, -99, -3])],
  ],
  [
    "value-not-finite: text holds NaN in sample 1 (and in 1 more)",
    schema([field("text", [2])]),
    [column("text", [3, 2], [1, 2, absent, 4, 5, Number.POSITIVE_INFINITY])],
  ],
  [
    "sample-absent: text is missing in sample 1, but it is not optional",
    schema([field("text", [2])]),
    [column("text", [2, 2], [1, 2, absent, absent])],
  ],
  [
    "value-not-whole: n takes whole numbers, but sample 0 holds 0.5",
    schema([field("n", [], { element: "i32" })]),
    [column("n", [1], [0.5])],
  ],
  [
    "value-not-whole: n takes 0 or 1, but sample 1 holds 2",
    schema([field("n", [], { element: "bool" })]),
    [column("n", [2], [1, 2])],
  ],
  [
    "padding-unknown: text has no lengths, and sample 1 ends in 2 of 3 empty steps",
    schema([field("text", ["T~", 1])]),
    [column("text", [2, 3, 1], [1, 0, 3, 4, 0, absent])],
  ],
  [
    "lengths-wrong: the lengths of text cannot be right: sample 1 is 4 long, and text stores 3 steps",
    schema([field("text", ["T~"])]),
    [column("text", [2, 3], [1, 2, 3, 4, 5, 6]), column("text_length", [2], [3, 4])],
  ],
  [
    "lengths-wrong: the lengths of T cannot be right: sample 0 is 2 long in audio and 3 in text, which share T",
    schema([field("text", ["T~"]), field("audio", ["T~"])]),
    [
      column("text", [1, 3], [1, 2, 3]),
      column("text_length", [1], [3]),
      column("audio", [1, 3], [1, 2, 3]),
      column("audio_length", [1], [2]),
    ],
  ],
  [
    "too-long: T is at most 6, but text is 7 long in the file",
    schema([field("text", ["T~"])]),
    [column("text", [1, 8], [1, 2, 3, 4, 5, 6, 7, 0]), column("text_length", [1], [7])],
  ],
  [
    "part-empty: the part valid is empty: no row of fold is 1; it holds 0, 2",
    schema([field("x", [])], { split: { kind: "column", column: "fold", parts: { train: [0], valid: [1], test: [2] } } }),
    [column("x", [2], [1, 2]), column("fold", [2], [0, 2])],
  ],
  [
    "part-empty: the part test is empty: 2 samples are too few for its share",
    schema([field("x", [])], {
      split: { kind: "random", parts: { train: 0.9, test: 0.1 }, seed: 1, stratify: undefined, group: undefined },
    }),
    [column("x", [2], [1, 2])],
  ],
])("%s", async (expected, block, list) => {
  expect(await problem(block, list)).toBe(expected);
});

test("standardising is fitted on the training rows, present samples and real entries only", async () => {
  const block = schema([field("text", ["T~", 2], { optional: true }), field("flat", [])], {
    split: { kind: "column", column: "fold", parts: { train: [0], test: [1] } },
    standardise: ["text", "flat"],
  });
  const list = [
    column("text", [4, 2, 2], [1, 5, 3, 5, 5, 5, 99, 99, absent, absent, absent, absent, 7, 6, 0, 0]),
    column("text_length", [4], [2, 1, 2, 1]),
    column("flat", [4], [2, 4, 6, 100]),
    column("fold", [4], [0, 0, 0, 1]),
  ];
  const dataset = await load(block, list);
  // Training entries of the first feature are 1, 3, 5 (mean 3, variance 8/3); the second is 5 throughout.
  const scale = Math.sqrt(3 / 8);
  expect(dataset.statistics.text?.mean).toEqual([3, 5]);
  expect(dataset.statistics.text?.scale[0]).toBeCloseTo(scale, 12);
  expect(dataset.statistics.text?.scale[1]).toBe(0);
  const expected = [-2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0].map((value) => Math.fround(value * scale));
  expect(values(dataset, "text").map((value) => value || 0)).toEqual(expected);
  expect(dataset.statistics.flat).toEqual({ mean: [4], scale: [Math.sqrt(3 / 8)] });
  const again = await load(block, list, { statistics: JSON.parse(JSON.stringify({ flat: { mean: [0], scale: [2] } })) });
  expect(values(again, "flat")).toEqual([4, 8, 12, 200]);
});

test("prediction needs no targets and takes every row", async () => {
  const block = schema([field("text", [1]), field("mood", [], { role: "target" })], {
    split: { kind: "column", column: "fold", parts: { train: [0], test: [1] } },
  });
  const dataset = await load(block, [column("text", [3, 1], [1, 2, 3])], { targets: "optional" });
  expect([...dataset.fields.keys()]).toEqual(["text"]);
  expect(Object.keys(dataset.parts)).toEqual(["all"]);
  expect([...(dataset.parts.all ?? [])]).toEqual([0, 1, 2]);
});

test("a file that cannot be read is a diagnostic, too", async () => {
  const missing = loadDataset(schema([field("x", [])]), join(await temporaryFolder(), "none.npz"), { dimensions: [] });
  await expect(missing).rejects.toThrow("MMX4018 file-unreadable: the file of data clips cannot be read: there is no such file");
});

test("a text id in training and in test is a warning", async () => {
  const block = schema([field("x", []), field("speaker", [], { role: "id", element: "text" })], {
    split: { kind: "column", column: "fold", parts: { train: [0], test: [1] } },
  });
  const list = [column("x", [4], [1, 2, 3, 4]), column("fold", [4], [0, 0, 1, 1])];
  const leaking = await load(block, [...list, text("speaker", ["ann", "bob", "bob", "cy"])]);
  expect(leaking.warnings.map(({ message }) => message)).toEqual(['1 value of speaker is in both train and test, e.g. "bob"']);
  const apart = await load(block, [...list, text("speaker", ["ann", "bob", "cy", "cy"])]);
  expect(apart.warnings).toEqual([]);
});

test("real files: CMU-MOSI loads with its split and scaled features", async (context) => {
  const path = sharedData("mosi/mosi_utterance.npz");
  if (path === undefined) return context.skip("the shared data folder is not there");
  const block = schema(
    [
      field("text", ["Ft"]),
      field("audio", ["Fa"], { optional: true }),
      field("vision", ["Fv"], { optional: true, column: "video" }),
      field("mood", [], { role: "target", column: "label", range: { low: -3, high: 3 } }),
    ],
    {
      split: { kind: "column", column: "fold_bclstm", parts: { train: [0], test: [2] } },
      standardise: ["text", "audio", "vision"],
    },
  );
  const dataset = await loadDataset(block, path, { dimensions: [] });
  expect(dataset.sizes).toEqual({ Ft: 100, Fa: 73, Fv: 100 });
  expect([dataset.count, dataset.parts.train?.length, dataset.parts.test?.length]).toEqual([2199, 1447, 752]);
  expect(dataset.checksum).toBe(
    createHash("sha256")
      .update(await readFile(path))
      .digest("hex"),
  );
  const audio = dataset.fields.get("audio")?.values as Float32Array;
  let sum = 0;
  let square = 0;
  for (const row of dataset.parts.train ?? []) {
    sum += audio[row * 73] as number;
    square += (audio[row * 73] as number) ** 2;
  }
  expect(sum / 1447).toBeCloseTo(0, 5);
  expect(square / 1447).toBeCloseTo(1, 4);
});

test("real files: a table with text labels and ids", async (context) => {
  const path = sharedData("mosi/utterances.csv");
  if (path === undefined) return context.skip("the shared data folder is not there");
  const block = schema(
    [
      field("mood", [], { role: "target", column: "label", range: { low: -3, high: 3 } }),
      field("video", [], { role: "id", element: "text" }),
      field("part", [], { role: "target", element: "labels", labels: ["train", "valid", "test"], column: "fold_std" }),
    ],
    { split: { kind: "column", column: "fold_std", parts: { train: ["train"], valid: ["valid"], test: ["test"] } } },
  );
  const dataset = await loadDataset(block, path, { dimensions: [] });
  expect(Object.entries(dataset.parts).map(([name, rows]) => [name, rows.length])).toEqual([
    ["train", 1284],
    ["valid", 229],
    ["test", 686],
  ]);
  expect(dataset.warnings).toEqual([]);
  const parts = values(dataset, "part");
  for (const row of dataset.parts.test ?? []) expect(parts[row]).toBe(2);
});

test("real files: four domains of different sizes come from one file", async (context) => {
  const path = sharedData("office_caltech/office_caltech10.npz");
  if (path === undefined) return context.skip("the shared data folder is not there");
  const digits = Array.from({ length: 10 }, (_, at) => String(at));
  const counts = { amazon: 958, dslr: 157 };
  for (const [domain, count] of Object.entries(counts)) {
    const block = schema(
      [
        field("hog", ["Fh"], { column: `${domain}_hog` }),
        field("kind", [], { role: "target", element: "labels", labels: digits, column: `${domain}_label` }),
      ],
      { split: { kind: "random", parts: { train: 0.7, test: 0.3 }, seed: 5, stratify: `${domain}_label`, group: undefined } },
    );
    const dataset = await loadDataset(block, path, { dimensions: [] });
    expect([dataset.count, dataset.sizes.Fh]).toEqual([count, 512]);
    expect(Math.abs((dataset.parts.train?.length ?? 0) - 0.7 * count)).toBeLessThan(1);
  }
});
