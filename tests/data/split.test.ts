import fc from "fast-check";
import { expect, test } from "vitest";
import type { SplitSchema } from "../../src/compiler/compiled.ts";
import { splitRows } from "../../src/runtime/data/split.ts";
import { column, columns, schema } from "./schemas.ts";

type Random = SplitSchema & { kind: "random" };
const random: Random = {
  kind: "random",
  parts: { train: 0.7, valid: 0.1, test: 0.2 },
  seed: 3,
  stratify: undefined,
  group: undefined,
};

function split(rest: Partial<Random>, values: { group?: readonly number[]; kind?: readonly number[] }, count: number) {
  const list = Object.entries(values).map(([name, cells]) => column(name, [count], cells));
  return splitRows(schema([], { split: { ...random, ...rest } }), columns(...list), count).parts;
}

const rowsOf = (parts: Readonly<Record<string, Int32Array>>): readonly number[] =>
  Object.values(parts).flatMap((rows) => [...rows]);

test("every row is in exactly one part, and each part has its share to within one row", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 1000 }), (count, seed) => {
      const parts = split({ seed }, {}, count);
      expect([...rowsOf(parts)].sort((left, right) => left - right)).toEqual(Array.from({ length: count }, (_, row) => row));
      for (const [name, share] of Object.entries(random.parts)) {
        expect(Math.abs((parts[name]?.length ?? 0) - share * count)).toBeLessThan(1);
      }
    }),
  );
});

test("a split is the same for the same seed and another for another", () => {
  expect(split({}, {}, 100)).toEqual(split({}, {}, 100));
  expect(split({ seed: 4 }, {}, 100)).not.toEqual(split({}, {}, 100));
});

test("stratified: every class has its share in every part, to within one row of each class", () => {
  const kind = Array.from({ length: 200 }, (_, row) => (row % 10 === 0 ? 2 : row % 3 === 0 ? 1 : 0));
  const parts = split({ stratify: "kind" }, { kind }, 200);
  for (const [name, share] of Object.entries(random.parts)) {
    for (const each of [0, 1, 2]) {
      const held = [...(parts[name] ?? [])].filter((row) => kind[row] === each).length;
      expect(Math.abs(held - share * kind.filter((value) => value === each).length)).toBeLessThan(2);
    }
  }
});

test("grouped: a group is never divided, and shares are kept as groups allow", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 60, maxLength: 200 }), (group) => {
      const parts = split({ group: "group" }, { group }, group.length);
      const home = new Map<number, string>();
      for (const [name, rows] of Object.entries(parts)) {
        for (const row of rows) {
          const key = group[row] as number;
          expect(home.get(key) ?? name).toBe(name);
          home.set(key, name);
        }
      }
      expect(rowsOf(parts)).toHaveLength(group.length);
    }),
  );
});

test("by column: values pick rows, rows of no named value are in no part", () => {
  const block = schema([], { split: { kind: "column", column: "fold", parts: { train: [0, 1], test: [3] } } });
  const { parts, diagnostics } = splitRows(block, columns(column("fold", [5], [0, 3, 2, 1, 0])), 5);
  expect(diagnostics).toEqual([]);
  expect(parts).toEqual({ train: Int32Array.of(0, 3, 4), test: Int32Array.of(1) });
});
