// Contractions as WebAssembly against the float64 reference: random ones, and the ones that training steps are made of.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contractionKey, scratchBytes } from "../../../src/compiler/emit/wasm/contraction.ts";
import { anyMachine } from "../../../src/compiler/emit/wasm/module-builder.ts";
import type { Buffer, Contraction } from "../../../src/compiler/loops/kernel.ts";
import { contractionOf } from "./contraction-arbitrary.ts";
import { evaluateContraction, runContraction } from "./contraction-run.ts";
import { type Contents, difference, entriesOf } from "./nest-run.ts";

interface Sample {
  readonly contraction: Contraction;
  readonly buffers: readonly Buffer[];
  readonly contents: Contents;
}

function check({ contraction, buffers, contents }: Sample): void {
  const found = difference(runContraction(contraction, buffers, contents), evaluateContraction(contraction, contents));
  if (found !== undefined) throw new Error(`${found} in ${JSON.stringify(contraction)}`);
}

const buffer = (entries: number, dtype: Buffer["dtype"] = "f32"): Buffer => ({
  kind: "value",
  dtype,
  shape: [entries],
  path: "",
});

/** A contraction with contents for its buffers. */
function sample(contraction: Omit<Contraction, "kind" | "path">, buffers: readonly Buffer[]): Sample {
  const contents = buffers.map((each, at) =>
    Float32Array.from({ length: entriesOf(each) }, (_, entry) => Math.sin(entry * 7.3 + at)),
  );
  return { contraction: { kind: "contraction", path: "test", ...contraction }, buffers, contents };
}

/** left [rows, terms] · right [terms, columns], either of them stored the other way around. */
function matrices(
  rows: number,
  columns: number,
  terms: number,
  stored: { readonly left?: "turned"; readonly right?: "turned" } = {},
) {
  const left = { buffer: 0, offset: 0, strides: stored.left === "turned" ? [1, 0, rows] : [terms, 0, 1] };
  const right = { buffer: 1, offset: 0, strides: stored.right === "turned" ? [0, terms, 1] : [0, 1, columns] };
  const product = { op: "product", dtype: "f32" } as const;
  const store = { access: { buffer: 2, offset: 0, strides: [columns, 1] }, value: 0, mode: "set" } as const;
  const loops = { sizes: [rows, columns], batch: 0, rows: 1, columns: 1, contracted: [terms] };
  return sample({ ...loops, left, right, body: [product], stores: [store], fills: [] }, [
    buffer(rows * terms),
    buffer(terms * columns),
    buffer(rows * columns),
  ]);
}

test("random contractions", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => check(contractionOf(seed))),
    { numRuns: 150 },
  );
}, 120_000);

test("matrices of all small sizes, stored either way", () => {
  const size = fc.integer({ min: 1, max: 70 });
  const way = fc.constantFrom({}, { left: "turned" }, { right: "turned" }, { left: "turned", right: "turned" } as const);
  fc.assert(
    fc.property(size, size, size, way, (rows, columns, terms, stored) => check(matrices(rows, columns, terms, stored))),
    { numRuns: 60 },
  );
}, 120_000);

describe("large ones, whose sides are packed", () => {
  test.each([
    ["many scattered terms, summed in parts", matrices(9, 37, 700, { left: "turned" })],
    ["many scattered terms, several rows of tiles packed at once", matrices(32, 64, 515, { left: "turned" })],
    ["few rows of many terms that lie far apart", matrices(3, 130, 530)],
    ["more columns than are packed at once", matrices(16, 150, 1000)],
    ["more columns than are packed at once, in blocks of two sizes", matrices(17, 139, 1000)],
    ["more terms than are multiplied at once", matrices(18, 70, 1100)],
    [
      "more terms than are multiplied at once, of a side too large to be read again",
      matrices(21, 250, 1100, { right: "turned" }),
    ],
    ["columns whose results lie on pages apart", matrices(19, 1030, 300, { right: "turned" })],
  ])("%s", (_, each) => {
    expect(scratchBytes(each.contraction, anyMachine)).toBeGreaterThan(0);
    check(each);
  });
});

test("attention over heads that lie beside one another", () => {
  const [batch, heads, time, width] = [2, 4, 50, 16];
  const row = 3 * heads * width;
  const query = { buffer: 0, offset: 0, strides: [time * row, width, row, 0, 1] };
  const key = { buffer: 0, offset: heads * width, strides: [time * row, width, 0, row, 1] };
  const scores = { buffer: 1, offset: 0, strides: [heads * time * time, time * time, time, 1] };
  const loops = { batch: 2, rows: 1, columns: 1 };
  const scaled = [
    { op: "product", dtype: "f32" },
    { op: "constant", value: 0.25, dtype: "f32" },
    { op: "apply", name: "multiply", inputs: [0, 1], dtype: "f32", attributes: {} },
  ] as const;
  check(
    sample(
      {
        ...loops,
        sizes: [batch, heads, time, time],
        contracted: [width],
        left: query,
        right: key,
        body: scaled,
        stores: [{ access: scores, value: 2, mode: "set" }],
        fills: [],
      },
      [buffer(batch * time * row), buffer(batch * heads * time * time)],
    ),
  );
  check(
    sample(
      {
        ...loops,
        sizes: [batch, heads, time, width],
        contracted: [time],
        left: { ...scores, strides: [...scores.strides.slice(0, 3), 0, 1] },
        right: { buffer: 0, offset: 2 * heads * width, strides: [time * row, width, 0, 1, row] },
        body: [{ op: "product", dtype: "f32" }],
        stores: [
          { access: { buffer: 2, offset: 0, strides: [time * heads * width, width, heads * width, 1] }, value: 0, mode: "set" },
        ],
        fills: [],
      },
      [buffer(batch * time * row), buffer(batch * heads * time * time), buffer(batch * time * heads * width)],
    ),
  );
});

test("a layer in place: bias, activation, residual, and the sum of its columns", () => {
  const [rows, columns, terms] = [50, 37, 20];
  const plain = matrices(rows, columns, terms).contraction;
  const residual = { buffer: 2, offset: 0, strides: [columns, 1] };
  const body = [
    { op: "product", dtype: "f32" },
    { op: "load", access: { buffer: 3, offset: 0, strides: [0, 1] }, dtype: "f32" },
    { op: "apply", name: "add", inputs: [0, 1], dtype: "f32", attributes: {} },
    { op: "apply", name: "erf", inputs: [2], dtype: "f32", attributes: {} },
    { op: "load", access: residual, dtype: "f32" },
    { op: "apply", name: "add", inputs: [3, 4], dtype: "f32", attributes: {} },
  ] as const;
  const stores = [
    { access: residual, value: 5, mode: "set" },
    { access: { buffer: 4, offset: 0, strides: [0, 1] }, value: 2, mode: "add" },
    { access: { buffer: 5, offset: 0, strides: [1, 0] }, value: 2, mode: "max" },
  ] as const;
  const fills = [{ buffer: 5, value: Number.NEGATIVE_INFINITY }];
  const sizes = [rows * terms, terms * columns, rows * columns, columns, columns, rows];
  check(
    sample(
      { ...plain, body, stores, fills },
      sizes.map((size) => buffer(size)),
    ),
  );
});

test("a convolution: rows and terms over several loops", () => {
  const [images, height, width, channels, filters, side] = [2, 9, 11, 3, 10, 3];
  const [down, across] = [height - side + 1, width - side + 1];
  const row = width * channels;
  check(
    sample(
      {
        sizes: [images, down, across, filters],
        batch: 0,
        rows: 3,
        columns: 1,
        contracted: [side, side, channels],
        left: { buffer: 0, offset: 0, strides: [height * row, row, channels, 0, row, channels, 1] },
        right: { buffer: 1, offset: 0, strides: [0, 0, 0, 1, side * channels * filters, channels * filters, filters] },
        body: [{ op: "product", dtype: "f32" }],
        stores: [
          {
            access: { buffer: 2, offset: 0, strides: [down * across * filters, across * filters, filters, 1] },
            value: 0,
            mode: "set",
          },
        ],
        fills: [],
      },
      [buffer(images * height * row), buffer(side * side * channels * filters), buffer(images * down * across * filters)],
    ),
  );
});

test("the same bits every time", () => {
  for (let seed = 0; seed < 20; seed += 1) {
    const { contraction, buffers, contents } = contractionOf(seed);
    expect(runContraction(contraction, buffers, contents)).toEqual(runContraction(contraction, buffers, contents));
  }
});

test("a key tells contractions apart by all but buffer numbers and paths", () => {
  const { contraction, buffers } = matrices(5, 6, 7);
  const moved = {
    ...contraction,
    path: "elsewhere",
    left: { ...contraction.left, buffer: 1 },
    right: { ...contraction.right, buffer: 0 },
  };
  expect(contractionKey(moved, buffers)).toBe(contractionKey(contraction, buffers));
  const squared = { ...contraction, right: { ...contraction.right, buffer: 0 } };
  expect(contractionKey(squared, buffers)).not.toBe(contractionKey(contraction, buffers));
  const filled = (value: number) => ({ ...contraction, fills: [{ buffer: 2, value }] });
  const keys = [0, -0, 1, Infinity, -Infinity, NaN].map((value) => contractionKey(filled(value), buffers));
  expect(new Set(keys).size).toBe(keys.length);
  expect(contractionKey(filled(0), [...buffers.slice(0, 2), buffer(31)])).not.toBe(keys[0]);
});
