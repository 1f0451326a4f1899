// Contractions of ragged values: rows and terms of the padding are left out.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Buffer, Contraction } from "../../../src/compiler/loops/kernel.ts";
import { evaluateContraction, runContraction } from "./contraction-run.ts";
import { type Contents, difference } from "./nest-run.ts";

const buffer = (entries: number, dtype: Buffer["dtype"] = "f32"): Buffer => ({
  kind: "value",
  dtype,
  shape: [entries],
  path: "",
});
const waves = (entries: number, phase: number): Float32Array =>
  Float32Array.from({ length: entries }, (_, entry) => Math.sin(entry * 7.3 + phase));
const product = { op: "product", dtype: "f32" } as const;
const base = { kind: "contraction", path: "test", fills: [] } as const;

interface Shape {
  readonly lengths: readonly number[];
  readonly time: number;
  readonly width: number;
  readonly columns: number;
}

const shapes = fc
  .record({
    time: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 40 }),
    columns: fc.integer({ min: 1, max: 40 }),
    parts: fc.array(fc.double({ min: 0, max: 1.2, noNaN: true }), { minLength: 1, maxLength: 4 }),
  })
  .map(({ parts, ...rest }): Shape => ({ ...rest, lengths: parts.map((part) => Math.floor(part * rest.time)) }));

/** Without `skip`: what no emitter leaves out. */
const whole = ({ skip: _, ...contraction }: Contraction): Contraction => contraction;

/** x [batch, time, width] · weight [width, columns] + bias, only before the lengths. */
function layer({ lengths, time, width, columns }: Shape) {
  const batch = lengths.length;
  const contraction: Contraction = {
    ...base,
    sizes: [batch, time, columns],
    batch: 0,
    rows: 2,
    columns: 1,
    contracted: [width],
    left: { buffer: 0, offset: 0, strides: [time * width, width, 0, 1] },
    right: { buffer: 1, offset: 0, strides: [0, 0, 1, columns] },
    body: [
      product,
      { op: "load", access: { buffer: 2, offset: 0, strides: [0, 0, 1] }, dtype: "f32" },
      { op: "apply", name: "add", inputs: [0, 1], dtype: "f32", attributes: {} },
    ],
    stores: [{ access: { buffer: 3, offset: 0, strides: [time * columns, columns, 1] }, value: 2, mode: "set" }],
    skip: { loop: 1, lengths: { buffer: 4, offset: 0, strides: [1, 0, 0] }, values: [7] },
  };
  const sizes = [batch * time * width, width * columns, columns, batch * time * columns];
  const contents: Contents = [...sizes.map((size, at) => waves(size, at)), Int32Array.from(lengths)];
  return { contraction, contents, buffers: [...sizes.map((size) => buffer(size)), buffer(batch, "i32")] };
}

test("rows of the padding are left out, all but those that share a tile with others", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { contraction, buffers, contents } = layer(shape);
      const found = runContraction(contraction, buffers, contents)[3] as Float32Array;
      const computed = evaluateContraction(whole(contraction), contents)[3] as Float64Array;
      const { lengths, time, columns } = shape;
      lengths.forEach((length, sequence) => {
        for (let at = 0; at < time; at += 1) {
          const from = (sequence * time + at) * columns;
          const row = [...found.subarray(from, from + columns)];
          const sevens = row.every((value) => value === 7);
          const right = row.every((value, column) => Math.abs(value - (computed[from + column] as number)) < 1e-4);
          if (at < length ? !right : !sevens && !right) throw new Error(`row ${at} of ${length} in sequence ${sequence}: ${row}`);
          if (at >= length + 8 && columns > 1) expect(sevens).toBe(true);
        }
      });
    }),
    { numRuns: 100 },
  );
});

/** The gradient of a weight: x [batch, time, width] and the gradient [batch, time, columns], which is 0 in the padding. */
function gradient({ lengths, time, width, columns }: Shape, padding: number) {
  const batch = lengths.length;
  const contraction: Contraction = {
    ...base,
    sizes: [width, columns],
    batch: 0,
    rows: 1,
    columns: 1,
    contracted: [batch, time],
    left: { buffer: 0, offset: 0, strides: [1, 0, time * width, width] },
    right: { buffer: 1, offset: 0, strides: [0, 1, time * columns, columns] },
    body: [product],
    stores: [{ access: { buffer: 2, offset: 0, strides: [columns, 1] }, value: 0, mode: "set" }],
    skip: { loop: 3, lengths: { buffer: 3, offset: 0, strides: [0, 0, 1, 0] }, values: [] },
  };
  const [x, dy] = [waves(batch * time * width, 1), waves(batch * time * columns, 2)];
  lengths.forEach((length, sequence) => {
    for (let at = length; at < time; at += 1) {
      x.fill(padding, (sequence * time + at) * width, (sequence * time + at + 1) * width);
      dy.fill(0, (sequence * time + at) * columns, (sequence * time + at + 1) * columns);
    }
  });
  const contents: Contents = [x, dy, waves(width * columns, 3), Int32Array.from(lengths)];
  const sizes = [x.length, dy.length, width * columns];
  return { contraction, contents, buffers: [...sizes.map((size) => buffer(size)), buffer(batch, "i32")] };
}

test("terms of the padding are left out", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const { contraction, buffers, contents } = gradient(shape, 0);
      const found = difference(runContraction(contraction, buffers, contents), evaluateContraction(contraction, contents));
      if (found !== undefined) throw new Error(found);
    }),
    { numRuns: 100 },
  );
});

test.each([
  ["in place", { lengths: [5, 13, 0, 9], time: 13, width: 20, columns: 18 }],
  ["packed, in parts", { lengths: [60, 90, 0, 17, 99, 90, 33, 90], time: 90, width: 40, columns: 36 }],
])("poison in the padding shows that its terms are never read: %s", (_, shape) => {
  const poisoned = gradient(shape, Number.NaN);
  const clean = gradient(shape, 0);
  const expected = evaluateContraction(clean.contraction, clean.contents)[2] as Float64Array;
  const found = runContraction(poisoned.contraction, poisoned.buffers, poisoned.contents)[2] as Float32Array;
  expect(difference([found], [expected])).toBeUndefined();
});

test("attention weights times values, up to each sequence's length", () => {
  const [lengths, heads, time, width] = [[3, 11, 0, 40], 2, 11, 8] as const;
  const batch = lengths.length;
  const contraction: Contraction = {
    ...base,
    sizes: [batch, heads, time, width],
    batch: 2,
    rows: 1,
    columns: 1,
    contracted: [time],
    left: { buffer: 0, offset: 0, strides: [heads * time * time, time * time, time, 0, 1] },
    right: { buffer: 1, offset: 0, strides: [time * heads * width, width, 0, 1, heads * width] },
    body: [product],
    stores: [
      { access: { buffer: 2, offset: 0, strides: [time * heads * width, width, heads * width, 1] }, value: 0, mode: "set" },
    ],
    skip: { loop: 4, lengths: { buffer: 3, offset: 0, strides: [1, 0, 0, 0, 0] }, values: [] },
  };
  const weights = waves(batch * heads * time * time, 1);
  weights.forEach((_, at) => {
    const sequence = Math.floor(at / (heads * time * time));
    if (at % time >= (lengths[sequence] as number)) weights[at] = 0;
  });
  const sizes = [weights.length, batch * time * heads * width, batch * time * heads * width];
  const contents: Contents = [weights, waves(sizes[1] as number, 2), waves(sizes[2] as number, 3), Int32Array.from(lengths)];
  const buffers = [...sizes.map((size) => buffer(size)), buffer(batch, "i32")];
  expect(difference(runContraction(contraction, buffers, contents), evaluateContraction(contraction, contents))).toBeUndefined();
});
