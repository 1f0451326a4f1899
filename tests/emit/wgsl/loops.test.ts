// Nests as WGSL, in every form that the emitter gives them, against the float64 reference.
import { describe, test } from "vitest";
import type { Instruction } from "../../../src/compiler/loops/kernel.ts";
import { unavailable } from "../../executors/webgpu-driver.ts";
import { add, apply, at, constant, expectSame, load, nest, program, reduce, set } from "./run.ts";

describe.skipIf(unavailable !== undefined)(
  `WGSL of nests${unavailable === undefined ? "" : ` (not run: ${unavailable})`}`,
  () => {
    test("elements: transposed, reversed, shifted, spread, and four at once", async () => {
      const made = program(
        [
          ["input", [7, 12]],
          ["input", [12, 7]],
          ["input", [12]],
          ["output", [7, 12]],
          ["output", [7, 12]],
        ],
        [
          nest(
            [7, 12],
            [load(0, [12, 1]), load(1, [-1, 7], { offset: 6 }), load(2, [0, 1]), apply("multiply", 0, 1), apply("add", 3, 2)],
            [set(at(3, [12, 1]), 4)],
          ),
          nest([1, 7, 1, 12], [load(0, [0, 12, 5, 1]), apply("exp", 0)], [set(at(4, [0, -12, 0, 1], { offset: 72 }), 1)]),
        ],
      );
      await expectSame(made);
      await expectSame(made, { profile: { maxWorkgroups: 1, maxInvocations: 64 } });
    });

    test("elements: loop numbers, whole numbers, a value for a row, many workgroups", async () => {
      const index = (loop: number): Instruction => ({ op: "index", loop, dtype: "i32" });
      const whole = (name: string, ...inputs: number[]): Instruction => ({
        op: "apply",
        name,
        inputs,
        dtype: "i32",
        attributes: {},
      });
      const made = program(
        [
          ["input", [30, 40], "i32"],
          ["output", [30, 40], "i32"],
          ["output", [30]],
          ["input", [30]],
        ],
        [
          nest(
            [30, 40],
            [index(0), index(1), load(0, [40, 1], {}, "i32"), whole("multiply", 0, 1), whole("maximum", 3, 2), load(3, [1, 0])],
            [set(at(1, [40, 1]), 4), set(at(2, [1, 0]), 5)],
          ),
        ],
      );
      await expectSame(made, { profile: { maxWorkgroups: 2 } });
    });

    test("sums over outer loops: few rows, many rows in parts, onto what is there, over all loops, kept outer loops", async () => {
      for (const [rows, columns] of [
        [9, 5],
        [600, 40],
        [9000, 3],
      ] as const) {
        const made = program(
          [
            ["input", [rows, columns]],
            ["output", [columns]],
            ["output", [columns]],
            ["variable", [columns]],
            ["output", []],
          ],
          [
            nest(
              [rows, columns],
              [load(0, [columns, 1]), apply("multiply", 0, 0)],
              [add(at(1, [0, 1]), 0), { ...add(at(2, [0, 1]), 1), mode: "max" }, add(at(3, [0, 1]), 1), add(at(4, [0, 0]), 0)],
              [
                { buffer: 1, value: 2 },
                { buffer: 2, value: Number.NEGATIVE_INFINITY },
                { buffer: 4, value: 0 },
              ],
            ),
          ],
        );
        await expectSame(made);
      }
      const kept = program(
        [
          ["input", [40, 6, 8]],
          ["output", [6, 8]],
          ["output", [40]],
        ],
        [
          nest(
            [40, 6, 8],
            [load(0, [48, 8, 1])],
            [add(at(1, [0, 8, 1]), 0), add(at(2, [1, 0, 0]), 0)],
            [
              { buffer: 1, value: 0 },
              { buffer: 2, value: 0 },
            ],
          ),
        ],
      );
      await expectSame(kept);
    });

    test("rows: a softmax of short, odd and long rows, with and without subgroups", async () => {
      const body = [
        load(0, [0, 1]),
        reduce("max", 0),
        apply("subtract", 0, 1),
        apply("exp", 2),
        reduce("sum", 3),
        apply("divide", 3, 4),
      ];
      for (const [rows, columns] of [
        [5, 3],
        [37, 50],
        [3, 64],
        [2, 5000],
        [2100, 33],
      ] as const) {
        const own = [{ ...load(0, [columns, 1]) }, ...body.slice(1)];
        const made = program(
          [
            ["input", [rows, columns]],
            ["output", [rows, columns]],
            ["output", [rows]],
          ],
          [nest([rows, columns], own, [set(at(1, [columns, 1]), 5), set(at(2, [1, 0]), 4)])],
        );
        await expectSame(made);
        if (columns === 50) await expectSame(made, { profile: { subgroupSize: undefined } });
      }
    });

    test("rows: the largest entry's place, the first of several, in short and long rows", async () => {
      for (const columns of [6, 100, 3000]) {
        const values = Float32Array.from({ length: 4 * columns }, (_, place) => (place * 7919) % (columns - 1));
        const argmax: Instruction = { op: "reduce", name: "argmax", input: 0, dtype: "i32" };
        const made = program(
          [
            ["input", [4, columns]],
            ["output", [4], "i32"],
          ],
          [nest([4, columns], [load(0, [columns, 1]), argmax], [set(at(1, [1, 0]), 1)])],
        );
        await expectSame(made, { given: { 0: values } });
      }
    });

    test("rows in place, with sums over the rows that need their reductions", async () => {
      const [rows, columns] = [70, 24];
      const body = [
        load(0, [columns, 1]),
        reduce("sum", 0),
        constant(1 / columns),
        apply("multiply", 1, 2),
        apply("subtract", 0, 3),
        apply("multiply", 4, 4),
        reduce("sum", 5),
      ];
      const stores = [set(at(0, [columns, 1]), 4), add(at(1, [0, 1]), 5), add(at(2, [0, 0]), 6)];
      const made = program(
        [
          ["variable", [rows, columns]],
          ["output", [columns]],
          ["output", []],
        ],
        [
          nest([rows, columns], body, stores, [
            { buffer: 1, value: 0 },
            { buffer: 2, value: 0 },
          ]),
        ],
      );
      await expectSame(made);
    });

    test("scattered rows: sums in order, the last of several, indices out of range", async () => {
      const [count, size, width] = [50, 7, 6];
      const given = { 0: Int32Array.from({ length: count }, (_, place) => ((place * 13) % (size + 3)) - 1) };
      const body = [load(0, [1, 0], {}, "i32"), load(1, [width, 1])];
      const index = { value: 0, stride: width, size };
      const made = program(
        [
          ["input", [count], "i32"],
          ["input", [count, width]],
          ["output", [size, width]],
          ["variable", [size, width]],
        ],
        [
          nest([count, width], body, [{ ...add(at(2, [0, 1]), 1), index }], [{ buffer: 2, value: 0 }]),
          nest([count, width], body, [{ ...set(at(3, [0, 1]), 1), index }]),
        ],
      );
      await expectSame(made, { given });
    });

    test("a large table, whose rows take their sums in order", async () => {
      const [count, size, width] = [20, 300_000, 3];
      const given = { 0: Int32Array.from({ length: count }, (_, place) => (place % 5) * 1000) };
      const index = { value: 0, stride: width, size };
      const made = program(
        [
          ["input", [count], "i32"],
          ["input", [count, width]],
          ["variable", [size, width]],
        ],
        [nest([count, width], [load(0, [1, 0], {}, "i32"), load(1, [width, 1])], [{ ...add(at(2, [0, 1]), 1), index }])],
      );
      await expectSame(made, { given });
    });

    test("looked-up rows, and windows that overlap", async () => {
      const lookup: Instruction = { op: "lookup", access: at(1, [0, 1]), index: 0, stride: 8, size: 5, dtype: "f32" };
      const given = { 0: Int32Array.of(4, -3, 0, 9, 2, 1) };
      const made = program(
        [
          ["input", [6], "i32"],
          ["input", [5, 8]],
          ["output", [6, 8]],
          ["input", [9, 3, 4]],
          ["output", [20, 3]],
        ],
        [
          nest([6, 8], [load(0, [1, 0], {}, "i32"), lookup], [set(at(2, [8, 1]), 1)]),
          // Windows of 4 entries, 2 apart from the second one on.
          nest([9, 3, 4], [load(3, [12, 4, 1])], [add(at(4, [6, 1, 3]), 0)], [{ buffer: 4, value: 0 }]),
        ],
      );
      await expectSame(made, { given });
    });

    test("more memories than a dispatch may bind", async () => {
      const inputs = [0, 1, 2, 3, 4, 5];
      const sum = [...inputs.map((input) => load(input, [1])), apply("add", 0, 1), apply("add", 6, 2), apply("add", 7, 3)];
      const made = program(
        [...inputs.map(() => ["input", [11]] as const), ["output", [11]], ["variable", [11]], ["value", [11]]],
        [
          nest([11], [...sum, apply("add", 8, 4), apply("multiply", 9, 5)], [set(at(8, [1]), 10), set(at(6, [1]), 9)]),
          nest([11], [load(8, [1]), load(7, [1]), apply("add", 0, 1)], [set(at(7, [1]), 2)]),
        ],
      );
      await expectSame(made, { profile: { maxBindings: 4 } });
    });

    test("more memories than a dispatch may bind, scratch of later kernels among them", async () => {
      const [rows, columns] = [6, 5];
      const inputs = [0, 1, 2].map((input) => load(input, [columns, 1]));
      const first = [...inputs, apply("add", 0, 1), apply("add", 3, 2)];
      const second = [...first, load(4, [columns, 1]), apply("multiply", 4, 5), reduce("sum", 6), apply("multiply", 6, 7)];
      const made = program(
        [
          ...inputs.map(() => ["input", [rows, columns]] as const),
          ["output", [rows, columns]],
          ["output", [rows, columns]],
          ["output", [columns]],
        ],
        [
          nest([rows, columns], first, [set(at(3, [columns, 1]), 4), set(at(4, [columns, 1]), 3)]),
          nest([rows, columns], second, [add(at(5, [0, 1]), 8), set(at(3, [columns, 1]), 6)], [{ buffer: 5, value: 0 }]),
        ],
      );
      for (const maxBindings of [3, 4, 5]) await expectSame(made, { profile: { maxBindings } });
    });

    test("loops, inner ones and reversed ones too", async () => {
      const made = program(
        [
          ["input", [4, 3, 5]],
          ["variable", [5]],
          ["output", [4, 3, 5]],
        ],
        [
          {
            kind: "loop",
            iterations: 4,
            reverse: true,
            path: "",
            body: [
              {
                kind: "loop",
                iterations: 3,
                reverse: false,
                path: "",
                body: [
                  nest(
                    [5],
                    [
                      load(0, [1], { steps: [15, 5] }),
                      load(1, [1], { steps: [0, 0] }),
                      apply("multiply", 0, 1),
                      apply("add", 2, 0),
                    ],
                    [set(at(2, [1], { steps: [15, 5] }), 3)],
                  ),
                  nest([5], [load(2, [1], { steps: [15, 5] })], [set(at(1, [1]), 0)]),
                ],
              },
            ],
          },
        ],
      );
      await expectSame(made);
    });
  },
);
