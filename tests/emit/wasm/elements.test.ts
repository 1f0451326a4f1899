// The element functions against the primitives' float64 definitions, over uniform, log-spaced and special numbers; four
// lanes and one lane give the same bits.
import { describe, expect, test } from "vitest";
import { elementNames, emitElement, emitRandom, emitRandomKey, isCheap } from "../../../src/compiler/emit/wasm/elements/index.ts";
import type { Attributes, DType } from "../../../src/compiler/ir/graph.ts";
import { normalFromBits, sequence, threefry2x32, uniformFromBits } from "../../../src/compiler/ir/random.ts";
import { operation } from "../../../src/compiler/ops/index.ts";
import { runElementwise, type Values } from "./elements-run.ts";

/** A function, the error allowed, and where its samples are drawn, beside the special numbers. */
interface Case {
  readonly name: string;
  /** Largest error that is allowed, in units in the last place of the float64 result; 0.5 is correct rounding. */
  readonly ulp: number;
  /** Below this magnitude (of the result, per operand) 0 is as good as the result; absent: nowhere. */
  readonly flushes?: number;
  /** Errors of smaller results are measured in the units of this magnitude; absent: of the smallest subnormal number. */
  readonly smallest?: number;
  /** Finite operands beyond this are not tried. */
  readonly largest?: number;
  /** Uniform between these. */
  readonly range?: readonly [number, number];
  /** Log-spaced magnitudes between these powers of two, of either sign. */
  readonly exponents?: readonly [number, number];
  readonly operands?: number;
  readonly dtype?: DType;
  readonly attributes?: Attributes<number>;
}

const wide = { range: [-10, 10], exponents: [-149, 127.99] } as const;
const whole = { dtype: "i32", ulp: 0, range: [-40, 40] } as const;
const pair = { operands: 2 } as const;
/** exp gives 0 for results below 2^-125.5. */
const smallestPower = 1.7e-38;

const cases: readonly Case[] = [
  { name: "abs", ulp: 0.5, ...wide },
  { name: "negate", ulp: 0.5, ...wide },
  { name: "sqrt", ulp: 0.5, ...wide },
  { name: "floor", ulp: 0.5, ...wide },
  { name: "round", ulp: 0.5, ...wide },
  { name: "sign", ulp: 0.5, ...wide },
  { name: "stop", ulp: 0.5, ...wide },
  { name: "add", ulp: 0.5, ...wide, ...pair },
  { name: "subtract", ulp: 0.5, ...wide, ...pair },
  { name: "multiply", ulp: 0.5, ...wide, ...pair },
  { name: "divide", ulp: 0.5, ...wide, ...pair },
  { name: "maximum", ulp: 0.5, ...wide, ...pair },
  { name: "minimum", ulp: 0.5, ...wide, ...pair },
  { name: "equal", ulp: 0.5, ...wide, ...pair },
  { name: "less", ulp: 0.5, ...wide, ...pair },
  { name: "less_equal", ulp: 0.5, ...wide, ...pair },
  { name: "gradient_scale", ulp: 0.5, ...wide, ...pair },
  { name: "select", ulp: 0.5, ...wide, operands: 3 },
  { name: "cast", ulp: 0.5, ...wide, attributes: { dtype: "f32" } },
  { name: "exp", ulp: 1.5, range: [-90, 90], exponents: [-149, 127.99], flushes: smallestPower },
  { name: "log", ulp: 1.5, range: [0, 4], exponents: [-149, 127.99] },
  { name: "log1p", ulp: 1.5, range: [-1, 4], exponents: [-149, 127.99] },
  { name: "sigmoid", ulp: 3, range: [-90, 90], exponents: [-149, 127.99], flushes: smallestPower },
  { name: "tanh", ulp: 6.5, range: [-9, 9], exponents: [-149, 127.99], smallest: 2 ** -110 },
  { name: "erf", ulp: 6.5, range: [-5, 5], exponents: [-149, 127.99], smallest: 2 ** -110 },
  { name: "sin", ulp: 2, range: [-1e4, 1e4], exponents: [-149, 20], largest: 2 ** 20 },
  { name: "cos", ulp: 2, range: [-1e4, 1e4], exponents: [-149, 20], largest: 2 ** 20 },
  { name: "power", ulp: 1.5, range: [-10, 10], exponents: [-20, 20], operands: 2, flushes: smallestPower },
  { name: "abs", ...whole },
  { name: "negate", ...whole },
  { name: "sign", ...whole },
  { name: "add", ...whole, ...pair },
  { name: "subtract", ...whole, ...pair },
  { name: "multiply", ...whole, ...pair },
  { name: "maximum", ...whole, ...pair },
  { name: "minimum", ...whole, ...pair },
  { name: "equal", ...whole, ...pair },
  { name: "less", ...whole, ...pair },
  { name: "less_equal", ...whole, ...pair },
  { name: "cast", ...whole, attributes: { dtype: "f32" } },
  { name: "cast", ...whole, attributes: { dtype: "i32" } },
];

const special = [
  0,
  -0,
  0.5,
  -0.5,
  1,
  -1,
  1.5,
  2.5,
  -2.5,
  2,
  3,
  -3,
  Math.fround(Math.PI),
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
  2 ** -126,
  -(2 ** -126),
  2 ** -149,
  -(2 ** -149),
  2 ** -24,
  1 - 2 ** -24,
  1 + 2 ** -23,
  3.4028234663852886e38,
  -3.4028234663852886e38,
  2 ** 24,
];

const count = 40000;

/** One array an operand: every combination of special numbers, then drawn ones. */
function samples({ name, range = [0, 1], exponents, operands = 1, dtype = "f32", largest = Infinity }: Case): Values[] {
  const random = sequence(1, name);
  const draw = (at: number): number => {
    const uniform = range[0] + (range[1] - range[0]) * random.uniform();
    if (dtype === "i32") return Math.round(uniform);
    if (at % 2 === 0 || exponents === undefined) return uniform;
    return (random.uniform() < 0.5 ? -1 : 1) * 2 ** (exponents[0] + (exponents[1] - exponents[0]) * random.uniform());
  };
  const specials =
    dtype === "i32" ? [0, 1, -1, 40, -40] : special.filter((x) => !(Math.abs(x) > largest && Math.abs(x) < Infinity));
  const combinations = specials.length ** operands;
  const total = Math.ceil(Math.max(count, combinations) / 4) * 4;
  return Array.from({ length: operands }, (_, operand) => {
    const make = (at: number): number =>
      at < combinations ? (specials[Math.floor(at / specials.length ** operand) % specials.length] as number) : draw(at);
    const values = Array.from({ length: total }, (_unused, at) => make(at));
    return dtype === "i32" ? Int32Array.from(values) : Float32Array.from(values);
  });
}

/** The distance of f32 numbers around a magnitude. */
const spacing = (magnitude: number): number => 2 ** Math.max(Math.floor(Math.log2(magnitude)) - 23, -149);

/** In units in the last place; 0 where both are the same infinity or not a number, and infinite where only one is. */
function errorOf(actual: number, expected: number, flushes = 0, smallest = 0): number {
  if (Number.isNaN(expected) || Number.isNaN(actual)) return Number.isNaN(expected) === Number.isNaN(actual) ? 0 : Infinity;
  // Near the largest number a relative error decides between it and infinity.
  const largest = 3.4028234663852886e38;
  if (Math.abs(expected) > largest * (1 - 1e-6) && Math.abs(actual) > largest * (1 - 1e-6)) {
    return Math.sign(actual) === Math.sign(expected) ? 0 : Infinity;
  }
  if (Math.abs(expected) < flushes) return Math.abs(actual) <= flushes ? 0 : Infinity;
  return expected === actual ? 0 : Math.abs(actual - expected) / spacing(Math.max(Math.abs(expected), smallest));
}

/** The definition's result, and the element type that it has. */
function reference(name: string, inputs: readonly Values[], attributes: Attributes<number>): readonly [Float64Array, DType] {
  const shape = [inputs[0]?.length ?? 0];
  const references = inputs.map((values) => {
    const dtype: DType = values instanceof Int32Array ? "i32" : "f32";
    return { shape, dtype, data: Float64Array.from(values) };
  });
  const scalars = references.map(({ dtype }) => ({ shape: [], dtype }));
  const { dtype } = operation(name).infer(scalars, attributes);
  const node = { op: name, inputs: [], attributes, shape, dtype, origin: { span: undefined, path: "" } };
  const none = (): never => {
    throw new Error("an element function has no body and calls no host function");
  };
  const result = operation(name).reference(references, node, { runBody: none, extension: none });
  return [(result as (typeof references)[number]).data, dtype];
}

async function runElement(lanes: 4 | 1, name: string, inputs: readonly Values[], output: DType, attributes: Attributes<number>) {
  const dtypes = inputs.map((values): DType => (values instanceof Int32Array ? "i32" : "f32"));
  return runElementwise({
    lanes,
    inputs,
    output,
    prologue: () => undefined,
    body: (f, operands) => emitElement(f, name, operands, { lanes, attributes, inputs: dtypes }),
  });
}

describe("element functions", () => {
  test.each(cases.map((each) => ({ dtype: "f32", ...each }) as const))(
    "$name of $dtype within $ulp units in the last place",
    async (each) => {
      const { name, ulp, flushes, smallest, attributes = {} } = each;
      const inputs = samples(each);
      const [expected, output] = reference(name, inputs, attributes);
      const actual = await runElement(4, name, inputs, output, attributes);
      const errors = Array.from(actual, (value, at) => errorOf(value, expected[at] as number, flushes, smallest));
      const worst = errors.reduce((most, error, at) => (error > (errors[most] as number) ? at : most), 0);
      const where = inputs.map((values) => values[worst]).join(", ");
      expect(errors[worst], `${name}(${where}) = ${actual[worst]} for ${expected[worst]}`).toBeLessThanOrEqual(ulp);
      const single = await runElement(1, name, inputs, output, attributes);
      expect(differences(single, actual)).toBe(0);
    },
  );

  test("every element function has a case", () => {
    expect(elementNames.filter((name) => !cases.some((each) => each.name === name))).toEqual([]);
  });

  test("select lets NaN in what it does not choose stay there, of either element type", async () => {
    const mask = Float32Array.of(0, 1, Number.NaN, -2);
    const [a, b] = [Float32Array.of(Number.NaN, 1, 2, 3), Float32Array.of(5, Number.NaN, Number.NaN, Number.NaN)];
    const whole = [Int32Array.of(1, 2, 3, 4), Int32Array.of(5, 6, 7, 8)] as const;
    for (const lanes of [4, 1] as const) {
      expect([...(await runElement(lanes, "select", [mask, a, b], "f32", {}))]).toEqual([5, 1, 2, 3]);
      expect([...(await runElement(lanes, "select", [mask, ...whole], "i32", {}))]).toEqual([5, 2, 3, 4]);
    }
  });

  test("cast drops the fraction and clamps to the range of i32", async () => {
    const x = Float32Array.of(1.7, -1.7, 3e9, -3e9, Number.NaN, Number.POSITIVE_INFINITY, 16777217, -0.5);
    for (const lanes of [4, 1] as const) {
      const result = await runElement(lanes, "cast", [x], "i32", { dtype: "i32" });
      expect([...result]).toEqual([1, -1, 2147483647, -2147483648, 0, 2147483647, 16777216, 0]);
    }
  });

  test("sines of enormous angles stay between -1 and 1", async () => {
    const x = Float32Array.from({ length: 400 }, (_, at) => 2 ** (27 + at / 4));
    for (const name of ["sin", "cos"]) {
      for (const value of await runElement(4, name, [x], "f32", {})) expect(Math.abs(value)).toBeLessThanOrEqual(1);
    }
  });

  test("one instruction or a few are cheaper than a store and a load; series and divisions are not", () => {
    expect(["add", "select", "maximum", "less"].map(isCheap)).toEqual([true, true, true, true]);
    expect(["exp", "erf", "divide", "power", "sqrt"].map(isCheap)).toEqual([false, false, false, false, false]);
    expect(() => isCheap("dot")).toThrow(RangeError);
  });

  test("a primitive that is not elementwise has none", async () => {
    await expect(runElement(4, "sum", [Float32Array.of(1, 2, 3, 4)], "f32", {})).rejects.toThrow(RangeError);
  });
});

describe("random numbers", () => {
  const key = 0x9e3779b9;
  const [seed, step] = [-123456789, 77];
  const counters = [
    Int32Array.from({ length: 4096 }, (_, at) => (at % 5 === 0 ? at * 104729 : at)),
    Int32Array.from({ length: 4096 }, (_, at) => at * 31 - 2000),
  ] as const;
  const run = (lanes: 4 | 1, distribution: "uniform" | "normal") =>
    runElementwise({
      lanes,
      inputs: counters,
      output: "f32",
      scalars: [seed, step],
      prologue: (f, [seedLocal, stepLocal]) => emitRandomKey(f, { seed: seedLocal as never, step: stepLocal as never, key }),
      body: (f, operands, pair) =>
        emitRandom(f, {
          distribution,
          lanes,
          key: pair,
          counters: { first: operands[0] as never, second: operands[1] as never },
        }),
    });
  const [k0, k1] = threefry2x32(seed >>> 0, key, step, 0);
  const words = Array.from(counters[0], (first, at) => threefry2x32(k0, k1, first, counters[1][at] as number));

  test.each([4, 1] as const)("uniform ones have the reference's bits, %i lanes", async (lanes) => {
    expect([...(await run(lanes, "uniform"))]).toEqual(words.map(([first]) => uniformFromBits(first)));
  });

  test("normal ones agree with the reference to 3 units in the last place", async () => {
    const actual = await run(4, "normal");
    const errors = words.map(([first, second], at) => errorOf(actual[at] as number, normalFromBits(first, second)));
    expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(3);
    expect(differences(await run(1, "normal"), actual)).toBe(0);
  });
});

/** How many entries have other bits; whatever is not a number is alike. */
function differences(a: Values, b: Values): number {
  const bits = (values: Values) => new Int32Array(values.map((value) => (Number.isNaN(value) ? Number.NaN : value)).buffer);
  const others = bits(b);
  return bits(a).reduce((sum, word, at) => sum + (word === others[at] ? 0 : 1), 0);
}
