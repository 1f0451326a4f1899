// The random numbers: published known answers for Threefry, the map to (0, 1), and independence of padding.
import { expect, test } from "vitest";
import { hashKey, normalFromBits, sequence, threefry2x32, uniformFromBits } from "../../src/compiler/ir/random.ts";
import { operation } from "../../src/compiler/ops/index.ts";
import type { Reference } from "../../src/compiler/ops/operation.ts";

// kat_vectors of the Random123 distribution, lines "threefry2x32 20": counter, key, result.
test.each([
  [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
  [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
  [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xc4923a9c, 0x483df7a0],
])("Threefry-2x32-20 gives the published words for counter %i %i", (c0, c1, k0, k1, first, second) => {
  expect(threefry2x32(k0, k1, c0, c1)).toEqual([first, second]);
});

test("uniform numbers lie strictly inside (0, 1) and are exact in float32", () => {
  for (const bits of [0, 1, 511, 512, 0x7fffffff, 0xffffffff]) {
    const value = uniformFromBits(bits);
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(1);
    expect(Math.fround(value)).toBe(value);
  }
  expect(Number.isFinite(normalFromBits(0, 0xffffffff))).toBe(true);
});

test("keys are FNV-1a hashes", () => {
  expect(hashKey("")).toBe(0x811c9dc5);
  expect(hashKey("a")).toBe(0xe40c292c);
  expect(hashKey("foobar")).toBe(0xbf9cf968);
});

const scalar = (value: number): Reference => ({ shape: [], dtype: "i32", data: Float64Array.of(value) });

function draw(
  distribution: string,
  sizes: readonly number[],
  strides: readonly number[],
  seed = 3,
  step = 5,
  key = 9,
): Float64Array {
  const attributes = { distribution, key, sizes, strides };
  const node = {
    op: "random",
    inputs: [0, 1],
    attributes,
    shape: sizes,
    dtype: "f32",
    origin: { span: undefined, path: "" },
  } as const;
  const noContext = { runBody: () => ({}), extension: () => ({ forward: () => [] }) };
  const result = operation("random").reference([scalar(seed), scalar(step)], node, noContext);
  if (!("data" in result)) throw new Error("random gives one value");
  return result.data;
}

test("padding an axis changes no other entry's number", () => {
  const short = draw("normal", [3, 4, 2], [0, 64, 1]);
  const long = draw("normal", [5, 9, 2], [0, 64, 1]);
  for (let i = 0; i < 3; i += 1)
    for (let j = 0; j < 4; j += 1)
      for (let k = 0; k < 2; k += 1) {
        expect(long[(i * 9 + j) * 2 + k]).toBe(short[(i * 4 + j) * 2 + k]);
      }
});

test("seed, step and key each give other numbers; equal ones give equal numbers", () => {
  const base = draw("uniform", [4], [0]);
  expect(draw("uniform", [4], [0])).toEqual(base);
  expect(draw("uniform", [4], [0], 4)).not.toEqual(base);
  expect(draw("uniform", [4], [0], 3, 6)).not.toEqual(base);
  expect(draw("uniform", [4], [0], 3, 5, 10)).not.toEqual(base);
});

test("uniform and normal numbers have their moments", () => {
  const mean = (values: Float64Array) => values.reduce((total, value) => total + value, 0) / values.length;
  const uniform = draw("uniform", [20000], [0]);
  expect(mean(uniform)).toBeCloseTo(0.5, 2);
  expect(mean(uniform.map((value) => (value - 0.5) ** 2))).toBeCloseTo(1 / 12, 2);
  const normal = draw("normal", [20000], [0]);
  expect(Math.abs(mean(normal))).toBeLessThan(0.02);
  expect(Math.abs(mean(normal.map((value) => value * value)) - 1)).toBeLessThan(0.04);
});

test("host streams repeat for one name and differ between names; shuffles keep every item", () => {
  const take = (name: string) => {
    const stream = sequence(11, name);
    return [stream.uniform(), stream.normal(), stream.integer(1000), ...stream.shuffle([0, 1, 2, 3, 4, 5, 6])];
  };
  expect(take("a")).toEqual(take("a"));
  expect(take("a")).not.toEqual(take("b"));
  expect(take("a").slice(3).sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  const counts = [0, 0, 0];
  const stream = sequence(1, "dice");
  for (let draws = 0; draws < 3000; draws += 1) {
    const side = stream.integer(3);
    counts[side] = (counts[side] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(120);
  expect(() => stream.integer(0)).toThrow(RangeError);
});
