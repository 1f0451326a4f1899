// First values of variables: distribution, independence of order, and columns of the training part.
import { describe, expect, test } from "vitest";
import type { Initializer, VariableDeclaration } from "../../src/compiler/compiled.ts";
import { constantDim, symbolDim } from "../../src/compiler/dims/dim.ts";
import { initialise } from "../../src/runtime/train/initialise.ts";
import { trainingSources } from "../../src/runtime/train/run-context.ts";
import { trained } from "../../src/runtime/train/trainer.ts";
import { tinyDatasets, tinySpec } from "./tiny-spec.ts";

const declare = (initializer: Initializer, shape: readonly number[], name = "Net/w"): VariableDeclaration => ({
  name,
  shape: shape.map(constantDim),
  dtype: "f32",
  initializer,
  kind: "weight",
  span: undefined,
});

const values = (initializer: Initializer, shape: readonly number[], name?: string, seed = 1): number[] => [
  ...initialise(declare(initializer, shape, name), {}, seed, []).data,
];
const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
const variance = (list: readonly number[]): number => {
  const centre = mean(list);
  return mean(list.map((value) => (value - centre) ** 2));
};

describe("random initialisers", () => {
  const size = [100, 200] as const;
  const cases: readonly (readonly [string, Initializer, number, number])[] = [
    // name, initialiser, bound, variance
    ["glorot", { kind: "glorot", fanIn: constantDim(100), fanOut: constantDim(200) }, Math.sqrt(6 / 300), 2 / 300],
    ["he", { kind: "he", fanIn: constantDim(100) }, Number.POSITIVE_INFINITY, 2 / 100],
    ["fan_in", { kind: "fan_in", fanIn: constantDim(100) }, 0.1, 0.01 / 3],
    ["uniform", { kind: "uniform", low: -1, high: 1 }, 1, 1 / 3],
    ["normal", { kind: "normal", deviation: 0.5 }, Number.POSITIVE_INFINITY, 0.25],
  ];
  test.each(cases)("%s has mean 0 and the right variance", (_, initializer, bound, expected) => {
    const drawn = values(initializer, size);
    expect(drawn.every((value) => Math.abs(value) <= bound * (1 + 1e-6))).toBe(true);
    expect(Math.abs(mean(drawn))).toBeLessThan(4 * Math.sqrt(expected / drawn.length));
    expect(variance(drawn) / expected).toBeCloseTo(1, 1);
  });

  test("are a function of seed and name only", () => {
    const normal: Initializer = { kind: "normal", deviation: 1 };
    expect(values(normal, [8], "a")).toEqual(values(normal, [8], "a"));
    expect(values(normal, [8], "a")).not.toEqual(values(normal, [8], "b"));
    expect(values(normal, [8], "a", 1)).not.toEqual(values(normal, [8], "a", 2));
  });

  test.each([
    [3, 7],
    [7, 3],
    [5, 5],
  ])("orthogonal %i × %i", (rows, columns) => {
    const drawn = values({ kind: "orthogonal" }, [rows, columns]);
    const vectors = Math.min(rows, columns);
    const at = (vector: number, index: number): number =>
      (rows <= columns ? drawn[vector * columns + index] : drawn[index * columns + vector]) ?? Number.NaN;
    for (let a = 0; a < vectors; a += 1) {
      for (let b = 0; b < vectors; b += 1) {
        let product = 0;
        for (let index = 0; index < Math.max(rows, columns); index += 1) product += at(a, index) * at(b, index);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 6);
      }
    }
  });

  test("orthogonal of three axes is refused", () => {
    expect(() => values({ kind: "orthogonal" }, [2, 3, 4])).toThrow(/has 3 axes, but orthogonal\(\) needs two/);
  });
});

describe("a bank that starts as a column", () => {
  test("holds the training samples' values in order; a wrong size is refused", async () => {
    const spec = tinySpec();
    const datasets = await tinyDatasets(spec);
    const { program, model } = trained(spec);
    const sources = trainingSources(model, program, datasets);
    const bank: VariableDeclaration = {
      ...declare({ kind: "column", parameter: "clip", field: "y" }, []),
      shape: [symbolDim("samples")],
      kind: "bank",
    };
    const filled = initialise(bank, { samples: 41 }, 1, sources);
    const column = datasets.toy?.fields.get("y")?.values as Float32Array;
    expect([...filled.data]).toEqual([...column.subarray(0, 41)]);
    expect(() => initialise(bank, { samples: 40 }, 1, sources)).toThrow(
      /holds 40 values, but clip\.y of the training samples has 41/,
    );
  });
});
