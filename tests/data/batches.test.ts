import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DataSchema } from "../../src/compiler/compiled.ts";
import { type Batch, type BatchOptions, type BatchSource, batchCount, batches } from "../../src/runtime/data/batches.ts";
import { bucketLength } from "../../src/runtime/data/buckets.ts";
import type { Dataset, FieldData } from "../../src/runtime/data/dataset.ts";
import { writeNpz } from "../../src/runtime/data/formats/write.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import { column, columns, field, ragged, schema, temporaryFolder } from "./schemas.ts";

const count = 23;
const most = 40;
const lengths = Array.from({ length: count }, (_, row) => 1 + ((row * 7) % most));

const block: DataSchema = schema([
  field("text", ["T~", 2]),
  field("audio", ["T~"], { optional: true }),
  field("video", [3], { optional: true }),
  field("kind", [], { role: "target", element: "labels", labels: ["a", "b"] }),
  field("id", [], { role: "id", element: "i32" }),
]);

/** Entry (row, step) of text is row + step / 100, and so on: every number tells where it comes from. */
async function clips(rows = count): Promise<Dataset> {
  const path = join(await temporaryFolder(), "clips.npz");
  const steps = Array.from({ length: rows * most }, (_, at) => Math.floor(at / most) + 1 + (at % most) / 100);
  await writeNpz(
    path,
    columns(
      column(
        "text",
        [rows, most, 2],
        steps.flatMap((value) => [value, -value]),
      ),
      column(
        "audio",
        [rows, most],
        steps.map((value) => (Math.floor(value) % 5 === 0 ? Number.NaN : value)),
      ),
      column(
        "video",
        [rows, 3],
        Array.from({ length: rows * 3 }, (_, at) => (Math.floor(at / 3) % 4 === 1 ? Number.NaN : at + 1)),
      ),
      column("T_length", [rows], lengths.slice(0, rows)),
      column(
        "kind",
        [rows],
        Array.from({ length: rows }, (_, row) => row % 2),
      ),
      column(
        "id",
        [rows],
        Array.from({ length: rows }, (_, row) => row),
      ),
    ),
  );
  return loadDataset(block, path, { dimensions: [ragged("T", 500)] });
}

const source = (dataset: Dataset, parameter = "clip"): BatchSource => ({ parameter, parts: [{ dataset, part: "all" }] });
const all = (sources: readonly BatchSource[], options: Partial<BatchOptions>): readonly Batch[] => [
  ...batches(sources, { batch: 4, seed: 7, ...options }),
];
const order = (list: readonly Batch[], parameter = "clip"): readonly number[] =>
  list.flatMap((batch) => [...(batch.positions[parameter] as Int32Array)]);
const feed = (batch: Batch, name: string): readonly number[] => Array.from(batch.feeds[name]?.data ?? []);
const inOrder = Array.from({ length: count }, (_, position) => position);

test("an epoch holds each sample once, in a new order each epoch, and the last batch is short", async () => {
  const dataset = await clips();
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.nat(1000), fc.nat(20), fc.boolean(), (batch, seed, epoch, shuffle) => {
      const list = all([source(dataset)], { batch, seed, epoch, shuffle });
      expect(list).toHaveLength(batchCount([source(dataset)], batch));
      expect([...order(list)].sort((left, right) => left - right)).toEqual(inOrder);
      expect(list.map((each) => each.count)).toEqual(list.map((each) => each.sizes.B));
      if (!shuffle) expect(order(list)).toEqual(inOrder);
    }),
    { numRuns: 30 },
  );
  const shuffled = (epoch: number, seed = 7): readonly number[] => order(all([source(dataset)], { shuffle: true, epoch, seed }));
  expect(shuffled(1)).toEqual(shuffled(1));
  expect(shuffled(1)).not.toEqual(shuffled(2));
  expect(shuffled(1)).not.toEqual(shuffled(1, 8));
});

test("an epoch resumes at any batch with the same feeds", async () => {
  const dataset = await clips();
  const options = { shuffle: true, epoch: 3, drop: { "clip.audio": 0.4 } };
  const whole = all([source(dataset)], options);
  whole.forEach((_, from) => {
    expect(all([source(dataset)], { ...options, from })).toEqual(whole.slice(from));
  });
});

test("feeds carry the contract's names, shapes and types; ids never leave", async () => {
  const [batch] = all([source(await clips())], {});
  expect(
    Object.fromEntries(
      Object.entries(batch?.feeds ?? {}).map(([name, { dtype, shape }]) => [name, `${dtype} ${shape.join("x")}`]),
    ),
  ).toEqual({
    "clip#index": "i32 4",
    "clip#length.T": "i32 4",
    "clip.text": "f32 4x24x2",
    "clip.audio": "f32 4x24",
    "clip.video": "f32 4x3",
    "clip.kind": "i32 4",
    "clip#present.audio": "f32 4",
    "clip#present.video": "f32 4",
  });
  expect(batch?.sizes).toEqual({ B: 4, T: 24 });
  expect(feed(batch as Batch, "clip#length.T")).toEqual([1, 8, 15, 22]);
  expect(feed(batch as Batch, "clip#present.audio")).toEqual([1, 1, 1, 1]);
  expect(feed(batch as Batch, "clip#present.video")).toEqual([1, 0, 1, 1]);
  expect(feed(batch as Batch, "clip.kind")).toEqual([0, 1, 0, 1]);
});

test("only the inputs asked for are fed, and fields left out never are", async () => {
  const dataset = await clips();
  const [narrow] = all([source(dataset)], { inputs: new Set(["clip.video", "clip#index"]) });
  expect(Object.keys(narrow?.feeds ?? {})).toEqual(["clip#index", "clip.video"]);
  const [blind] = all([{ ...source(dataset), without: ["kind"] }], {});
  expect(Object.keys(blind?.feeds ?? {})).not.toContain("clip.kind");
});

test("real entries do not depend on the batch's padding; padded and absent entries are exactly 0", async () => {
  const dataset = await clips();
  const { values } = dataset.fields.get("audio") as FieldData;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: count }), fc.nat(50), (batch, seed) => {
      for (const each of all([source(dataset)], { batch, seed, shuffle: true })) {
        const padded = each.sizes.T as number;
        const audio = feed(each, "clip.audio");
        each.positions.clip?.forEach((position, at) => {
          const own = audio.slice(at * padded, (at + 1) * padded);
          const length = lengths[position] as number;
          expect(own.slice(0, length)).toEqual([...(values as Float32Array).slice(position * most, position * most + length)]);
          expect(own.slice(length).every((value) => Object.is(value, 0))).toBe(true);
          if ((position + 1) % 5 === 0) expect(own.every((value) => Object.is(value, 0))).toBe(true);
        });
      }
    }),
    { numRuns: 20 },
  );
});

test("the ladder of lengths has few rungs, each holds what it must, and the longest sample caps it", () => {
  const rungs = Array.from({ length: 500 }, (_, at) => bucketLength(at + 1));
  expect([...new Set(rungs)]).toEqual([8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512]);
  rungs.forEach((rung, at) => {
    expect(rung).toBeGreaterThan(at);
  });
  expect([bucketLength(40, 50), bucketLength(49, 50), bucketLength(3, 5)]).toEqual([48, 50, 5]);
  expect(() => bucketLength(51, 50)).toThrow("the most is 50");
});

test("several files of one parameter are concatenated", async () => {
  const parts = [await clips(5), await clips(3)].map((dataset) => ({ dataset, part: "all" }));
  const list = all([{ parameter: "clip", parts }], {});
  expect(order(list)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(list.flatMap((batch) => feed(batch, "clip.kind"))).toEqual([0, 1, 0, 1, 0, 0, 1, 0]);
});

test("a second parameter goes round beside the first, with equal batches, and goes on in the next epoch", async () => {
  const sources = [source(await clips(10), "labelled"), source(await clips(4), "target")];
  const first = all(sources, {});
  expect(first.map((batch) => [batch.count, batch.feeds["target.kind"]?.shape[0]])).toEqual([
    [4, 4],
    [4, 4],
    [2, 2],
  ]);
  expect(order(first, "target")).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1]);
  expect(order(all(sources, { epoch: 1 }), "target")).toEqual([2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
  expect(first.every((batch) => batch.feeds["labelled.text"]?.shape[1] === batch.feeds["target.text"]?.shape[1])).toBe(true);
  const shuffled = order(all(sources, { shuffle: true }), "target");
  expect([...shuffled.slice(0, 4)].sort()).toEqual([0, 1, 2, 3]);
  expect([...shuffled.slice(4, 8)].sort()).toEqual([0, 1, 2, 3]);
});

test("modality drop hides about the given share, by sample and not by batch", async () => {
  const dataset = await clips();
  const drop = { "clip.video": 0.3 };
  const masks = (batch: number, epoch: number): ReadonlyMap<number, number> => {
    const list = all([source(dataset)], { batch, epoch, shuffle: true, drop });
    return new Map(
      list.flatMap((each) => feed(each, "clip#present.video").map((mask, at) => [each.positions.clip?.[at] as number, mask])),
    );
  };
  expect(new Map([...masks(4, 2)].sort())).toEqual(new Map([...masks(23, 2)].sort()));
  let hidden = 0;
  let there = 0;
  for (let epoch = 0; epoch < 60; epoch += 1) {
    for (const [position, mask] of masks(23, epoch)) {
      if (position % 4 === 1) expect(mask).toBe(0);
      else {
        there += 1;
        hidden += 1 - mask;
      }
    }
  }
  // 1,020 draws at 30%: four standard errors are 5.7 points.
  expect(Math.abs(hidden / there - 0.3)).toBeLessThan(0.057);
  for (const each of all([source(dataset)], { drop: { "clip.video": 1 } })) {
    expect(feed(each, "clip.video").every((value) => value === 0)).toBe(true);
  }
});

test("modality drop leaves every sample one input that it had", async () => {
  const dataset = await clips();
  const bare = { ...source(dataset), without: ["text"] };
  const kept = { audio: 0, video: 0 };
  for (const batch of all([bare], { drop: { "clip.audio": 1, "clip.video": 1 } })) {
    const audio = feed(batch, "clip#present.audio");
    const video = feed(batch, "clip#present.video");
    batch.positions.clip?.forEach((position, at) => {
      const had = [(position + 1) % 5 !== 0 ? 1 : 0, position % 4 !== 1 ? 1 : 0];
      expect((audio[at] as number) + (video[at] as number)).toBe(Math.min(1, (had[0] as number) + (had[1] as number)));
      expect(audio[at]).toBeLessThanOrEqual(had[0] as number);
      expect(video[at]).toBeLessThanOrEqual(had[1] as number);
      kept.audio += audio[at] as number;
      kept.video += video[at] as number;
    });
  }
  expect(Math.min(kept.audio, kept.video)).toBeGreaterThan(3);
});

test("a missing protocol's masks act on presence", async () => {
  const keep = { "clip.video": Uint8Array.from({ length: count }, (_, position) => (position < 3 ? 0 : 1)) };
  const [first] = all([source(await clips())], { keep });
  expect(feed(first as Batch, "clip#present.video")).toEqual([0, 0, 0, 1]);
  expect(feed(first as Batch, "clip.video")).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 11, 12]);
});
