// Nests as WebAssembly against the float64 reference: random ones, and the ones that training steps are made of.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kernelKey } from "../../../src/compiler/emit/wasm/kernel-key.ts";
import { shaped } from "../../../src/compiler/emit/wasm/nest-shape.ts";
import type { Access, Buffer, Instruction, Nest, Store } from "../../../src/compiler/loops/kernel.ts";
import { sampleOf } from "./nest-arbitrary.ts";
import { difference, disagreement, evaluateNest, runNest, type Sample } from "./nest-run.ts";

test("random nests", { timeout: 60000 }, () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const sample = sampleOf(seed);
      const found = disagreement(sample);
      if (found !== undefined) throw new Error(`${found} in ${JSON.stringify(sample.nest)}`);
    }),
    { numRuns: 300 },
  );
});

const at = (buffer: number, strides: readonly number[], offset = 0): Access => ({ buffer, offset, strides });
const load = (buffer: number, strides: readonly number[], offset = 0): Instruction => ({
  op: "load",
  access: at(buffer, strides, offset),
  dtype: "f32",
});
const apply = (name: string, ...inputs: number[]): Instruction => ({ op: "apply", name, inputs, dtype: "f32", attributes: {} });
const reduce = (name: "sum" | "max", input: number): Instruction => ({ op: "reduce", name, input, dtype: "f32" });
const constant = (value: number): Instruction => ({ op: "constant", value, dtype: "f32" });
const store = (access: Access, value: number, mode: Store["mode"] = "set"): Store => ({ access, value, mode });

/** A nest over buffers of these lengths, all but `whole` of them f32, with waves in them. */
function sample(
  nest: Pick<Nest, "sizes" | "body" | "stores"> & Partial<Nest>,
  lengths: readonly number[],
  whole: Readonly<Record<number, readonly number[]>> = {},
): Sample {
  const buffers = lengths.map((length, key): Buffer => {
    return { kind: "value", dtype: whole[key] === undefined ? "f32" : "i32", shape: [length], path: "" };
  });
  const contents = lengths.map((length, key) =>
    whole[key] === undefined
      ? Float32Array.from({ length }, (_, entry) => 0.2 + Math.sin(entry * 1.3 + key))
      : Int32Array.from(whole[key]),
  );
  return { nest: { kind: "nest", fills: [], path: "test", ...nest }, buffers, contents };
}

function layerNorm(rows: number, columns: number): Sample {
  const body = [
    ...[load(0, [columns, 1]), reduce("sum", 0), constant(1 / columns), apply("multiply", 1, 2), apply("subtract", 0, 3)],
    ...[apply("multiply", 4, 4), reduce("sum", 5), apply("multiply", 6, 2), constant(1e-5), apply("add", 7, 8)],
    ...[apply("sqrt", 9), constant(1), apply("divide", 11, 10), apply("multiply", 4, 12), load(1, [0, 1])],
    apply("multiply", 13, 14),
  ];
  const stores = [store(at(2, [columns, 1]), 13), store(at(3, [1, 0]), 12), store(at(4, [columns, 1]), 15)];
  const entries = rows * columns;
  return sample({ sizes: [rows, columns], body, stores }, [entries, columns, entries, rows, entries]);
}

function softmax(rows: number, columns: number, inPlace: boolean): Sample {
  const body = [
    ...[load(0, [columns, 1]), reduce("max", 0), apply("subtract", 0, 1), apply("exp", 2), reduce("sum", 3), constant(1)],
    ...[apply("divide", 5, 4), apply("multiply", 3, 6)],
  ];
  const stores = [store(at(inPlace ? 0 : 1, [columns, 1]), 7)];
  return sample({ sizes: [rows, columns], body, stores }, [rows * columns, rows * columns]);
}

describe("rows in passes", () => {
  test.each([1, 2, 3, 4, 5, 17, 50, 64, 65, 300])("layer norm over %i columns", (columns) => {
    expect(disagreement(layerNorm(5, columns))).toBeUndefined();
  });
  test.each([1, 3, 50, 64, 130, 1000])("softmax over %i columns, elsewhere and in place", (columns) => {
    expect(disagreement(softmax(3, columns, false))).toBeUndefined();
    expect(disagreement(softmax(3, columns, true))).toBeUndefined();
  });
  test("an empty row has the sum 0", () => {
    const body = [load(0, [0, 1]), reduce("sum", 0)];
    const { nest, buffers, contents } = sample({ sizes: [3, 0], body, stores: [store(at(1, [1, 0]), 1)] }, [0, 3]);
    expect([...(runNest(nest, buffers, contents)[1] ?? [])]).toEqual([0, 0, 0]);
  });
  test("the largest of a row with what is no number is no number", () => {
    const made = sample({ sizes: [2, 9], body: [load(0, [9, 1]), reduce("max", 0)], stores: [store(at(1, [1, 0]), 1)] }, [18, 2]);
    made.contents[0]?.set([Number.NaN], 4);
    const [, largest] = runNest(made.nest, made.buffers, made.contents);
    expect(largest?.[0]).toBeNaN();
    expect(largest?.[1]).toBe(evaluateNest(made.nest, made.contents)[1]?.[1]);
  });
});

describe("stores that combine", () => {
  const sums = (rows: number, columns: number, strides: readonly number[]): Sample => {
    const body = [load(0, [columns, 1]), apply("multiply", 0, 0)];
    const nest = { sizes: [rows, columns], body, stores: [store(at(1, strides), 1, "add")], fills: [{ buffer: 1, value: 0 }] };
    return sample(nest, [rows * columns, strides[0] === 0 ? (strides[1] === 0 ? 1 : columns) : rows]);
  };
  test.each([1, 3, 4, 7, 64])("sums over %i rows, over columns, over all", (rows) => {
    for (const columns of [1, 5, 64]) {
      for (const strides of [
        [0, 1],
        [1, 0],
        [0, 0],
      ])
        expect(disagreement(sums(rows, columns, strides))).toBeUndefined();
    }
  });
  test("rows scattered in order: later ones win", () => {
    const index: Instruction = { op: "load", access: at(1, [1, 0]), dtype: "i32" };
    const moved = { value: 1, stride: 6, size: 4 };
    const stores = [
      { ...store(at(2, [0, 1]), 0), index: moved },
      { ...store(at(3, [0, 1]), 0, "add"), index: moved },
    ];
    const made = sample({ sizes: [5, 6], body: [load(0, [6, 1]), index], stores }, [30, 5, 24, 24], { 1: [2, 0, 2, 9, -3] });
    expect(disagreement(made)).toBeUndefined();
  });
  test("an update in place that its own row reads again in a later pass", () => {
    const body = [load(0, [50, 1]), constant(2), apply("multiply", 0, 1), reduce("sum", 0), apply("add", 0, 3)];
    const stores = [store(at(0, [50, 1]), 2), store(at(1, [50, 1]), 4)];
    expect(disagreement(sample({ sizes: [3, 50], body, stores }, [150, 150]))).toBeUndefined();
  });
});

describe("iterations that need no work", () => {
  const lengths = { 2: [3, 9, -1, 0] };
  const body = [load(0, [320, 32, 1]), reduce("sum", 0), apply("subtract", 0, 1)];
  const stores = [store(at(1, [320, 32, 1]), 2), store(at(3, [10, 1, 0]), 1), store(at(4, [0, 0, 0]), 1, "add")];
  const skip = { loop: 1, lengths: at(2, [1, 0, 0]), values: [7, -1, 99] };
  test("are left out, and their entries set", () => {
    const made = sample({ sizes: [4, 10, 32], body, stores, skip }, [1280, 1280, 4, 40, 1], lengths);
    const expected = evaluateNest(made.nest, made.contents);
    expect(difference(runNest(made.nest, made.buffers, made.contents), expected)).toBeUndefined();
    expect(expected[1]?.[1279]).toBe(7);
  });
  test("also where several rows run together", () => {
    const sums = [store(at(1, [320, 32, 1]), 0), store(at(3, [0, 0, 1]), 0, "add")];
    const nest = { sizes: [4, 10, 32], body: body.slice(0, 1), stores: sums, skip: { ...skip, values: [0.5, 0] } };
    const made = sample(nest, [1280, 1280, 4, 32], lengths);
    expect(difference(runNest(made.nest, made.buffers, made.contents), evaluateNest(made.nest, made.contents))).toBeUndefined();
  });
});

describe("the shape of loops", () => {
  const elementwise = (sizes: readonly number[], from: readonly number[], to: readonly number[]) =>
    sample({ sizes, body: [load(0, from)], stores: [store(at(1, to), 0)] }, [210, 210]);
  test("what lies side by side is one loop", () => {
    const { nest } = elementwise([5, 6, 7], [42, 7, 1], [42, 7, 1]);
    expect(shaped(nest).sizes).toEqual([210]);
  });
  test("the innermost loop goes entry by entry", () => {
    const made = elementwise([70, 3], [1, 70], [1, 70]);
    expect(shaped(made.nest).sizes).toEqual([210]);
    expect(disagreement(made)).toBeUndefined();
  });
  test("sums of everything are one loop, sums over rows are not", () => {
    const sums = (strides: readonly number[]): readonly number[] =>
      shaped(sample({ sizes: [5, 42], body: [load(0, [42, 1])], stores: [store(at(1, strides), 0, "add")] }, [210, 42]).nest)
        .sizes;
    expect(sums([0, 0])).toEqual([210]);
    expect(sums([0, 1])).toEqual([5, 42]);
  });
});

test("equal nests have equal keys whatever their buffers' numbers", () => {
  const { nest, buffers } = layerNorm(4, 8);
  const move = (access: Access): Access => ({ ...access, buffer: access.buffer + 5 });
  const moved: Nest = {
    ...nest,
    body: nest.body.map((each) => (each.op === "load" ? { ...each, access: move(each.access) } : each)),
    stores: nest.stores.map((each) => ({ ...each, access: move(each.access) })),
    path: "elsewhere",
  };
  const key = kernelKey(nest, buffers);
  expect(kernelKey(moved, [...buffers, ...buffers])).toBe(key);
  const values = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 0, -0];
  const keys = values.map((value) => kernelKey({ ...nest, body: [...nest.body, constant(value)] }, buffers));
  expect(new Set([key, ...keys]).size).toBe(values.length + 1);
});
