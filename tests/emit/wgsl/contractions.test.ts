// Contractions as WGSL: tiles of every size, factors read in every direction, parts, epilogues, narrow ones as rows.
import { describe, expect, test } from "vitest";
import type { Contraction, Instruction, Store } from "../../../src/compiler/loops/kernel.ts";
import { unavailable } from "../../executors/webgpu-driver.ts";
import { add, apply, at, expectSame, load, program, runOnDevice, set } from "./run.ts";

const product: Instruction = { op: "product", dtype: "f32" };

interface Shape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeLeft?: boolean;
  readonly transposeRight?: boolean;
}

function matrices(
  { m, n, k, transposeLeft, transposeRight }: Shape,
  body: readonly Instruction[],
  stores: readonly Store[],
): Contraction {
  return {
    kind: "contraction",
    sizes: [m, n],
    batch: 0,
    rows: 1,
    columns: 1,
    contracted: [k],
    left: at(0, transposeLeft ? [1, 0, m] : [k, 0, 1]),
    right: at(1, transposeRight ? [0, k, 1] : [0, 1, n]),
    body,
    stores,
    fills: [],
    path: "test",
  };
}

describe.skipIf(unavailable !== undefined)(
  `WGSL of contractions${unavailable === undefined ? "" : ` (not run: ${unavailable})`}`,
  () => {
    test.each([
      ["odd sizes", { m: 37, n: 45, k: 33 }],
      ["whole vectors", { m: 64, n: 36, k: 20 }],
      ["left transposed", { m: 36, n: 32, k: 24, transposeLeft: true }],
      ["right transposed", { m: 33, n: 40, k: 16, transposeRight: true }],
      ["a long contracted loop, in parts", { m: 16, n: 20, k: 3001 }],
      ["one column", { m: 50, n: 1, k: 70 }],
      ["one row, left transposed", { m: 1, n: 50, k: 700, transposeLeft: true }],
      ["nothing to sum", { m: 12, n: 11, k: 1 }],
    ] as const)("%s", async (_, shape: Shape) => {
      const { m, n, k } = shape;
      const body = [product, load(2, [0, 1]), apply("add", 0, 1), load(4, [n, 1]), apply("multiply", 2, 3), apply("tanh", 4)];
      const stores = [set(at(3, [n, 1]), 2), set(at(5, [1, m]), 5)];
      const made = program(
        [
          ["input", [m, k]],
          ["input", [k, n]],
          ["input", [n]],
          ["output", [m, n]],
          ["constant", [m, n]],
          ["output", [n, m]],
        ],
        [matrices(shape, body, stores)],
      );
      await expectSame(made, { tolerance: 2e-5 });
    });

    test("batches, several loops on every side, the same buffer on both", async () => {
      // For each b and h: rows (t, u), columns s, contracted (d, e), of one array [b, t, u, h, d, e] with t · u = s.
      const [b, h, t, u, d, e] = [2, 3, 3, 4, 2, 5];
      const strides = { b: t * u * h * d * e, t: u * h * d * e, u: h * d * e, h: d * e, d: e, e: 1 };
      const contraction: Contraction = {
        kind: "contraction",
        sizes: [b, h, t, u, t * u],
        batch: 2,
        rows: 2,
        columns: 1,
        contracted: [d, e],
        left: at(0, [strides.b, strides.h, strides.t, strides.u, 0, strides.d, strides.e]),
        right: at(0, [strides.b, strides.h, 0, 0, strides.u, strides.d, strides.e]),
        body: [product],
        stores: [set(at(1, [h * t * u * t * u, t * u * t * u, u * t * u, t * u, 1]), 0)],
        fills: [],
        path: "test",
      };
      await expectSame(
        program(
          [
            ["input", [b, t, u, h, d, e]],
            ["output", [b, h, t, u, t * u]],
          ],
          [contraction],
        ),
      );
      // Contracted loops that are no single loop.
      const swapped: Contraction = {
        ...contraction,
        contracted: [e, d],
        left: { ...contraction.left, strides: [...contraction.left.strides.slice(0, 5), strides.e, strides.d] },
        right: { ...contraction.right, strides: [...contraction.right.strides.slice(0, 5), strides.e, strides.d] },
      };
      await expectSame(
        program(
          [
            ["input", [b, t, u, h, d, e]],
            ["output", [b, h, t, u, t * u]],
          ],
          [swapped],
        ),
      );
    });

    test("a store that sums the rows", async () => {
      const shape = { m: 40, n: 24, k: 16 };
      const contraction = matrices(shape, [product, apply("multiply", 0, 0)], [set(at(2, [24, 1]), 0), add(at(3, [0, 1]), 1)]);
      const made = program(
        [
          ["input", [40, 16]],
          ["input", [16, 24]],
          ["output", [40, 24]],
          ["output", [24]],
        ],
        [{ ...contraction, fills: [{ buffer: 3, value: 0 }] }],
      );
      await expectSame(made, { tolerance: 2e-5 });
    });

    test.each([
      ["tiles of 64", 100, 64, 68, 20],
      ["tiles of 128", 192, 128, 126, 8],
    ] as const)("%s", async (_, batches, m, n, k) => {
      const contraction: Contraction = {
        ...matrices({ m, n, k }, [product], [set(at(2, [m * n, n, 1]), 0)]),
        sizes: [batches, m, n],
        batch: 1,
        left: at(0, [m * k, k, 0, 1]),
        right: at(1, [0, 0, 1, n]),
      };
      const [left, right] = [new Float32Array(batches * m * k), new Float32Array(k * n)].map((array, phase) =>
        array.map((_entry, place) => Math.sin(phase + place)),
      ) as [Float32Array, Float32Array];
      const made = program(
        [
          ["input", [batches, m, k]],
          ["input", [k, n]],
          ["output", [batches, m, n]],
        ],
        [contraction],
      );
      const found = (await runOnDevice(made, { given: { 0: left, 1: right } }))[2] as Float32Array;
      let worst = 0;
      for (let row = 0; row < batches * m; row += 1) {
        for (let column = 0; column < n; column += 1) {
          let sum = 0;
          for (let at = 0; at < k; at += 1) sum += (left[row * k + at] as number) * (right[at * n + column] as number);
          worst = Math.max(worst, Math.abs(sum - (found[row * n + column] as number)));
        }
      }
      expect(worst).toBeLessThan(1e-4);
    });
  },
);
