// Operations on random shapes: sizes of 1, primes, multiples of 4 and 8 and their neighbours, in any order of axes.
import fc from "fast-check";
import type { Attributes } from "../../../src/compiler/ir/graph.ts";
import { operation } from "../../../src/compiler/ops/index.ts";
import type { Operation, OperationSample, SampleInput } from "../../../src/compiler/ops/operation.ts";
import { elementCount } from "../../../src/runtime/executors/feeds.ts";

export interface ArbitraryCase {
  readonly operation: Operation;
  readonly sample: OperationSample;
}

const entriesAllowed = 6000;

const size = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 11, 13, 16, 17, 31, 33);
const shapeOf = (least: number, most: number): fc.Arbitrary<readonly number[]> =>
  fc.array(size, { minLength: least, maxLength: most }).filter((shape) => elementCount(shape) <= entriesAllowed);
const orderOf = (count: number): fc.Arbitrary<readonly number[]> =>
  fc.shuffledSubarray(
    Array.from({ length: count }, (_, at) => at),
    { minLength: count },
  );
const subsetOf = (count: number, minLength = 0): fc.Arbitrary<readonly number[]> =>
  fc.subarray(
    Array.from({ length: count }, (_, at) => at),
    { minLength },
  );

const made = (name: string, inputs: readonly SampleInput[], attributes: Attributes<never> = {}): ArbitraryCase => ({
  operation: operation(name),
  sample: { inputs, attributes },
});

const dots = fc
  .record({
    batch: fc.array(size, { maxLength: 2 }),
    contract: fc.array(size, { maxLength: 2 }),
    rows: fc.array(size, { maxLength: 2 }),
    columns: fc.array(size, { maxLength: 2 }),
  })
  .filter(({ batch, contract, rows, columns }) => elementCount([...batch, ...contract, ...rows, ...columns]) <= 50_000)
  .chain(({ batch, contract, rows, columns }) => {
    const [left, right] = [
      [...batch, ...contract, ...rows],
      [...batch, ...contract, ...columns],
    ];
    return fc.tuple(orderOf(left.length), orderOf(right.length)).map(([first, second]) => {
      // Axis k of the sorted list stands at the place of k in the shuffled one.
      const pair = (at: number): readonly [number, number] => [first.indexOf(at), second.indexOf(at)];
      const shape = (sizes: readonly number[], order: readonly number[]) => order.map((at) => sizes[at] as number);
      return made("dot", [{ shape: shape(left, first) }, { shape: shape(right, second) }], {
        batch: batch.map((_, at) => pair(at)),
        contract: contract.map((_, at) => pair(batch.length + at)),
      });
    });
  });

const reductions = fc
  .tuple(fc.constantFrom("sum", "max"), shapeOf(1, 4))
  .chain(([name, shape]) => subsetOf(shape.length).map((axes) => made(name, [{ shape }], { axes })));
const positions = shapeOf(1, 3).chain((shape) => fc.nat(shape.length - 1).map((axis) => made("argmax", [{ shape }], { axis })));
const transposes = shapeOf(1, 4).chain((shape) =>
  orderOf(shape.length).map((permutation) => made("transpose", [{ shape }], { permutation })),
);
const broadcasts = shapeOf(1, 4).chain((sizes) =>
  fc.tuple(subsetOf(sizes.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })).map(([axes, single]) =>
    made("broadcast", [{ shape: axes.map((axis, at) => (single[at] === true ? 1 : (sizes[axis] as number))) }], {
      sizes,
      axes,
    }),
  ),
);
const slices = fc
  .array(fc.tuple(size, fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 3 })
  .filter((axes) => elementCount(axes.map(([length]) => length)) <= entriesAllowed)
  .map((axes) =>
    made("slice", [{ shape: axes.map(([length, before, after]) => length + before + after) }], {
      starts: axes.map(([, before]) => before),
      sizes: axes.map(([length]) => length),
    }),
  );
const pads = fc
  .array(fc.tuple(size, fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 3 })
  .filter((axes) => elementCount(axes.map(([length]) => length)) <= entriesAllowed)
  .map((axes) =>
    made("pad", [{ shape: axes.map(([length]) => length) }], {
      low: axes.map(([, low]) => low),
      high: axes.map(([, , high]) => high),
      value: 0.25,
    }),
  );
const joins = fc.tuple(shapeOf(1, 3), fc.array(size, { minLength: 1, maxLength: 4 })).chain(([shape, lengths]) =>
  fc.nat(shape.length - 1).map((axis) =>
    made(
      "concat",
      lengths.map((length) => ({ shape: shape.with(axis, length) })),
      { axis },
    ),
  ),
);
const turns = shapeOf(1, 3).chain((shape) => fc.nat(shape.length - 1).map((axis) => made("reverse", [{ shape }], { axis })));

const indices = (shape: readonly number[], below: number): SampleInput => ({ shape, dtype: "i32", domain: "index", below });
const tables = fc
  .tuple(size, shapeOf(0, 2), shapeOf(0, 2))
  .filter(([, rest, of]) => elementCount([...rest, ...of]) <= entriesAllowed);
const gathers = tables.map(([rows, rest, of]) => made("gather", [{ shape: [rows, ...rest] }, indices(of, rows)]));
const scatters = tables.map(([rows, rest, of]) =>
  made("scatter_add", [indices(of, rows), { shape: [...of, ...rest] }], { size: rows }),
);
const replacements = fc
  .tuple(size, shapeOf(0, 2), size)
  .map(([rows, rest, count]) =>
    made("scatter_set", [{ shape: [rows, ...rest] }, indices([count], rows), { shape: [count, ...rest] }]),
  );

const windows = fc
  .record({
    around: fc.tuple(shapeOf(0, 1), shapeOf(0, 1)),
    count: fc.integer({ min: 1, max: 9 }),
    size: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    left: fc.nat(2),
  })
  .map(({ around: [before, after], count, left, ...window }) => {
    const length = (count - 1) * window.stride + (window.size - 1) * window.dilation + 1 + (left % window.stride);
    return { before, after, count, length, attributes: { axis: before.length, ...window } };
  });
const views = windows.map(({ before, after, length, attributes }) =>
  made("window", [{ shape: [...before, length, ...after] }], attributes),
);
const returns = windows.map(({ before, after, count, length, attributes }) =>
  made("unwindow", [{ shape: [...before, count, ...after, attributes.size] }], { ...attributes, length }),
);

/** Contractions as often as all others together. */
export const arbitraryCases: fc.Arbitrary<ArbitraryCase> = fc.oneof(
  { weight: 12, arbitrary: dots },
  { weight: 3, arbitrary: reductions },
  ...[positions, transposes, broadcasts, slices, pads, joins, turns, gathers, scatters, replacements, views, returns].map(
    (arbitrary) => ({ weight: 1, arbitrary }),
  ),
);
