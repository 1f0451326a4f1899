// The element functions in WGSL over their ranges and at special values, against their float64 definitions.
import { describe, expect, test } from "vitest";
import { elementNames as wasmElementNames } from "../../../src/compiler/emit/wasm/elements/index.ts";
import { elementNames } from "../../../src/compiler/emit/wgsl/elements.ts";
import { threefry2x32, uniformFromBits } from "../../../src/compiler/ir/random.ts";
import type { Instruction } from "../../../src/compiler/loops/kernel.ts";
import { operation } from "../../../src/compiler/ops/index.ts";
import type { Reference } from "../../../src/compiler/ops/operation.ts";
import { unavailable } from "../../executors/webgpu-driver.ts";
import { at, expectSame, load, nest, program, runOnDevice, set } from "./run.ts";

test("every element function of the wasm emitter is here too", () => {
  expect([...elementNames].sort()).toEqual([...wasmElementNames].sort());
});

const linear = (low: number, high: number, count = 400): number[] =>
  Array.from({ length: count }, (_, k) => low + ((high - low) * k) / (count - 1));
const powers = (low: number, high: number): number[] =>
  linear(Math.log10(low), Math.log10(high)).map((exponent) => 10 ** exponent);
const both = (values: readonly number[]): number[] => [...values, ...values.map((value) => -value)];
const special = [0, -0, 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 3e38, -3e38];

/** Arguments, and the relative error allowed: units of 2^-23 for what is well conditioned. */
const unit = 2 ** -23;
const unary: Readonly<
  Record<string, { readonly values: readonly number[]; readonly error: number; readonly absolute?: number }>
> = {
  abs: { values: [...linear(-5, 5), ...special], error: 0 },
  negate: { values: [...linear(-5, 5), ...special], error: 0 },
  floor: { values: [...linear(-5, 5), ...special], error: 0 },
  round: { values: [...linear(-5, 5), 0.5, 1.5, 2.5, -0.5, -1.5, ...special], error: 0 },
  sign: { values: [...linear(-5, 5), ...special], error: 0 },
  sqrt: { values: [...powers(1e-30, 1e30), ...special.slice(0, 3), Number.POSITIVE_INFINITY], error: 4 * unit },
  exp: { values: [...linear(-86, 88.7), -200, 200, ...special], error: 4 * unit },
  log: { values: [...powers(1e-37, 1e38), ...linear(0.5, 2), 1e-40, ...special], error: 4 * unit, absolute: unit },
  log1p: { values: [...both(powers(1e-20, 0.28)), ...powers(0.3, 1e30), -0.9, -0.999, ...special], error: 5 * unit },
  erf: { values: [...both(powers(1e-20, 6)), ...special], error: 8 * unit },
  tanh: { values: [...both(powers(1e-20, 20)), ...special], error: 8 * unit },
  sigmoid: { values: [...linear(-86, 86), ...special], error: 6 * unit },
  sin: {
    values: [...linear(-100, 100), ...both(powers(1e-10, 1)), 3000, Number.POSITIVE_INFINITY, Number.NaN],
    error: 4 * unit,
    absolute: 4 * unit,
  },
  cos: { values: [...linear(-100, 100), 3000, Number.POSITIVE_INFINITY, Number.NaN], error: 4 * unit, absolute: 4 * unit },
};

const pairs: readonly (readonly [number, number])[] = [
  ...special.flatMap((a) => special.map((b) => [a, b] as const)),
  ...linear(-3, 3, 20).flatMap((a) => linear(-3.1, 3.2, 20).map((b) => [a, b] as const)),
];
const binary = ["add", "subtract", "multiply", "maximum", "minimum", "equal", "less", "less_equal"];

function reference(name: string, ...inputs: readonly (readonly number[])[]): Float64Array {
  const count = inputs[0]?.length ?? 0;
  const values = inputs.map((data): Reference => ({ shape: [count], dtype: "f32", data: Float64Array.from(data, Math.fround) }));
  const node = {
    op: name,
    inputs: [],
    attributes: {},
    shape: [count],
    dtype: "f32",
    origin: { span: undefined, path: "" },
  } as const;
  return (operation(name).reference(values, node, { runBody: fail, extension: fail }) as Reference).data;
}

function fail(): never {
  throw new Error("an element function calls nothing");
}

async function onDevice(name: string, ...inputs: readonly (readonly number[])[]): Promise<ArrayLike<number>> {
  const count = inputs[0]?.length ?? 0;
  const body: Instruction[] = inputs.map((_, input) => load(input, [1]));
  body.push({ op: "apply", name, inputs: inputs.map((_, input) => input), dtype: "f32", attributes: {} });
  const declared = [...inputs.map(() => ["input", [count]] as const), ["output", [count]] as const];
  const made = program(declared, [nest([count], body, [set(at(inputs.length, [1]), inputs.length)])]);
  const given = Object.fromEntries(inputs.map((data, input) => [input, Float32Array.from(data)]));
  return (await runOnDevice(made, { given }))[inputs.length] ?? [];
}

function expectNear(
  name: string,
  found: ArrayLike<number>,
  expected: Float64Array,
  error: number,
  absolute: number,
  shown: (at: number) => string,
): void {
  expected.forEach((entry, place) => {
    const got = found[place] ?? Number.NaN;
    const rounded = Math.fround(entry);
    // Numbers below the normal range may be flushed to 0.
    const allowed = Math.max(error * Math.abs(rounded), absolute, 1.2e-38);
    const same = Object.is(got, rounded) || got === rounded;
    if (!same && !(Math.abs(got - rounded) <= allowed)) expect.fail(`${name}(${shown(place)}) is ${got}, should be ${rounded}`);
  });
}

describe.skipIf(unavailable !== undefined)(
  `WGSL of element functions${unavailable === undefined ? "" : ` (not run: ${unavailable})`}`,
  () => {
    test.each(Object.entries(unary))("%s", async (name, { values, error, absolute = 0 }) => {
      const rounded = values.map(Math.fround);
      expectNear(name, await onDevice(name, rounded), reference(name, rounded), error, absolute, (at) => String(rounded[at]));
    });

    test.each(binary)("%s", async (name) => {
      const [left, right] = [pairs.map(([a]) => Math.fround(a)), pairs.map(([, b]) => Math.fround(b))];
      const shown = (at: number): string => `${left[at]}, ${right[at]}`;
      expectNear(name, await onDevice(name, left, right), reference(name, left, right), unit / 2, 0, shown);
    });

    test("power, signs and special cases included; its error grows with the size of the exponent", async () => {
      const whole = [-3, -2, -1, 0, 1, 2, 3, 0.5, -0.5];
      const all = [
        ...pairs.filter(([a, b]) => !(Math.abs(a) === 1 && Math.abs(b) === Number.POSITIVE_INFINITY)),
        ...whole.flatMap((a) => whole.map((b) => [a, b] as const)),
      ];
      const [left, right] = [all.map(([a]) => Math.fround(a)), all.map(([, b]) => Math.fround(b))];
      const shown = (at: number): string => `${left[at]}, ${right[at]}`;
      expectNear("power", await onDevice("power", left, right), reference("power", left, right), 4e-5, 0, shown);
    });

    test("divide", async () => {
      const finite = pairs.filter(([a, b]) => b !== 0 && [a, b].every((value) => Math.abs(value) < 1e30));
      const [left, right] = [finite.map(([a]) => Math.fround(a)), finite.map(([, b]) => Math.fround(b))];
      const shown = (at: number): string => `${left[at]}, ${right[at]}`;
      expectNear("divide", await onDevice("divide", left, right), reference("divide", left, right), 3 * unit, 0, shown);
    });

    test("random numbers: uniform ones with the reference's bits, normal ones near it", async () => {
      const [rows, columns] = [30, 40];
      const random = (distribution: "uniform" | "normal"): Instruction => ({
        op: "random",
        distribution,
        key: 4000000000,
        seed: 0,
        step: 1,
        first: [1, 0],
        second: [0, 3],
        dtype: "f32",
      });
      const scalars = [load(0, [0, 0], {}, "i32"), load(1, [0, 0], {}, "i32")];
      const made = program(
        [
          ["input", [], "i32"],
          ["input", [], "i32"],
          ["output", [rows, columns]],
          ["output", [rows, columns]],
        ],
        [
          nest(
            [rows, columns],
            [...scalars, random("uniform"), random("normal")],
            [set(at(2, [columns, 1]), 2), set(at(3, [columns, 1]), 3)],
          ),
        ],
      );
      const given = { 0: Int32Array.of(-5), 1: Int32Array.of(77) };
      await expectSame(made, { given });
      const found = (await runOnDevice(made, { given }))[2];
      const [k0, k1] = threefry2x32(-5 >>> 0, 4000000000, 77, 0);
      const expected = Float32Array.from({ length: rows * columns }, (_, entry) =>
        uniformFromBits(threefry2x32(k0, k1, Math.floor(entry / columns), 3 * (entry % columns))[0]),
      );
      expect(found).toEqual(expected);
    });
  },
);
