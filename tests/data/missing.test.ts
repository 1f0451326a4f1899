import fc from "fast-check";
import { expect, test } from "vitest";
import { sequence } from "../../src/compiler/ir/random.ts";
import type { BatchSource } from "../../src/runtime/data/batches.ts";
import type { Dataset } from "../../src/runtime/data/dataset.ts";
import { drawRate, missingConditions } from "../../src/runtime/data/missing.ts";
import { field, schema } from "./schemas.ts";

const names = ["text", "audio", "vision"];

function source(count: number, absentVision: readonly number[] = []): BatchSource {
  const fields = names.map((name) => field(name, [1], { optional: true }));
  const dataset: Dataset = {
    schema: schema([...fields, field("speaker", [])]),
    path: "clips.npz",
    checksum: "",
    count,
    sizes: {},
    fields: new Map(
      fields.map((each) => {
        const present = Uint8Array.from({ length: count }, (_, row) =>
          each.name === "vision" && absentVision.includes(row) ? 0 : 1,
        );
        return [each.name, { field: each, shape: [count, 1], values: new Float32Array(count), present }];
      }),
    ),
    lengths: new Map(),
    parts: { all: Int32Array.from({ length: count }, (_, row) => row) },
    statistics: {},
    warnings: [],
  };
  return { parameter: "clip", parts: [{ dataset, part: "all" }] };
}

const total = (masks: Iterable<ArrayLike<number>>): number =>
  [...masks].reduce((sum, mask) => sum + Array.from(mask).reduce((inner, each) => inner + each, 0), 0);

test("rates: the share missing is met, and every sample keeps one", () => {
  for (const count of [686, 32]) {
    const conditions = missingConditions({ kind: "rates", rates: [0, 0.1, 0.3, 0.5, 0.6] }, source(count), { seed: 5 });
    expect(conditions.map(({ name }) => name)).toEqual(["0%", "10%", "30%", "50%", "60%"]);
    conditions.forEach(({ keep }, at) => {
      const masks = names.map((name) => keep[`clip.${name}`] as Uint8Array);
      const share = total(masks) / (count * 3);
      // 32 x 3 entries cannot always come within .005; the tolerance may double.
      expect(Math.abs(share - (1 - ([0, 0.1, 0.3, 0.5, 0.6][at] as number)))).toBeLessThanOrEqual(count === 686 ? 0.005 : 0.02);
      for (let row = 0; row < count; row += 1) expect(total(masks.map((mask) => mask.subarray(row, row + 1)))).toBeGreaterThan(0);
    });
  }
});

test("rates: from the largest rate on, every sample keeps exactly one at random", () => {
  for (const rate of [0.7, 0.9]) {
    const drawn = drawRate(300, 3, rate, sequence(1, "x"));
    const kept = [0, 0, 0];
    for (let row = 0; row < 300; row += 1) {
      const own = drawn.subarray(row * 3, row * 3 + 3);
      expect(total([own])).toBe(1);
      kept[own.indexOf(1)] = (kept[own.indexOf(1)] as number) + 1;
    }
    for (const each of kept) expect(each).toBeGreaterThan(60);
  }
});

test("rates: any number of samples, modalities and any rate comes to an end", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 5 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (count, many, rate) => {
        const drawn = drawRate(count, many, rate, sequence(2, "y"));
        for (let row = 0; row < count; row += 1) expect(total([drawn.subarray(row * many, (row + 1) * many)])).toBeGreaterThan(0);
      },
    ),
    { numRuns: 60 },
  );
});

test("rates: the one that is kept is one that the sample has", () => {
  const conditions = missingConditions({ kind: "rates", rates: [0.7] }, source(60, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), { seed: 1 });
  const vision = conditions[0]?.keep["clip.vision"] ?? new Uint8Array(60).fill(1);
  expect(total([vision.subarray(0, 10)])).toBe(0);
});

test("rates: a function of the seed; blocks are drawn one by one", () => {
  const draw = (seed: number, block?: number) =>
    missingConditions({ kind: "rates", rates: [0.4] }, source(64), { seed, ...(block === undefined ? {} : { block }) })[0]?.keep;
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(1, 32)?.["clip.text"]).toHaveLength(64);
  expect(draw(1, 32)).not.toEqual(draw(1));
});

test("subsets: exactly the named modalities stay, for every sample", () => {
  const conditions = missingConditions({ kind: "subsets", subsets: [["text"], ["audio", "vision"]] }, source(2), { seed: 1 });
  expect(conditions.map(({ name, keep }) => [name, names.map((field) => total([keep[`clip.${field}`] as Uint8Array]))])).toEqual([
    ["{text, speaker}", [2, 0, 0]],
    ["{audio, vision, speaker}", [0, 2, 2]],
  ]);
});
