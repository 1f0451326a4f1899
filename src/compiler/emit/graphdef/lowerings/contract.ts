// The contraction `dot`: a matrix product, its operands transposed by attributes where their axes allow it.
import { elementCount } from "../../../ops/support/arrays.ts";
import { numberPairsAttribute } from "../../../ops/support/attributes.ts";
import { otherAxes, pick } from "../../../ops/support/types.ts";
import {
  full,
  type Lowering,
  type LoweringContext,
  type Operand,
  operandAt,
  reshaped,
  transposed,
  vector,
  whole,
} from "../lowering.ts";
import { type Output, typed } from "../scope.ts";

type Axes = readonly number[];
type Scope = LoweringContext["scope"];

/** How an operand becomes [batch, rows, columns]: the order of its axes, and whether rows and columns stand exchanged. */
interface Arrangement {
  readonly order: Axes;
  readonly exchanged: boolean;
  /** Whether entries move. */
  readonly moves: boolean;
}

function arrange({ declared }: Operand, batch: Axes, rows: Axes, columns: Axes): Arrangement {
  // Axes of size 1 may stand anywhere.
  const moves = (order: Axes): boolean => {
    const long = order.filter((axis) => declared[axis] !== 1);
    return long.some((axis, at) => axis < (long[at - 1] ?? -1));
  };
  const plain = [...batch, ...rows, ...columns];
  if (!moves(plain)) return { order: plain, exchanged: false, moves: false };
  const exchanged = [...batch, ...columns, ...rows];
  if (!moves(exchanged)) return { order: exchanged, exchanged: true, moves: false };
  return { order: plain, exchanged: false, moves: true };
}

export const dot: Lowering = (node, operands, { scope }) => {
  const [a, b] = [operandAt(operands, 0), operandAt(operands, 1)];
  const batch = numberPairsAttribute("dot", node.attributes, "batch");
  const contract = numberPairsAttribute("dot", node.attributes, "contract");
  const batchAxes = [batch.map(([left]) => left), batch.map(([, right]) => right)] as const;
  const free = [
    otherAxes(a.declared.length, [...batchAxes[0], ...contract.map(([left]) => left)]),
    otherAxes(b.declared.length, [...batchAxes[1], ...contract.map(([, right]) => right)]),
  ] as const;
  // The contracted axes may be taken in any order; the one of either operand can save a transpose.
  const candidates = ([0, 1] as const).map((side) => {
    const pairs = [...contract].sort((one, other) => one[side] - other[side]);
    const left = arrange(
      a,
      batchAxes[0],
      free[0],
      pairs.map((pair) => pair[0]),
    );
    const right = arrange(
      b,
      batchAxes[1],
      pairs.map((pair) => pair[1]),
      free[1],
    );
    return { left, right, cost: Number(left.moves) + Number(right.moves) };
  });
  const [first, second] = candidates as [(typeof candidates)[0], (typeof candidates)[0]];
  const { left, right } = first.cost <= second.cost ? first : second;
  const sizes = {
    batch: batch.length === 0 ? [] : [elementCount(pick(a.declared, batchAxes[0]))],
    rows: elementCount(pick(a.declared, free[0])),
    columns: elementCount(pick(b.declared, free[1])),
    summed: elementCount(contract.map(([axis]) => a.declared[axis] as number)),
  };
  const one = matrices(scope, a, left, [...sizes.batch], sizes.rows, sizes.summed);
  const other = matrices(scope, b, right, [...sizes.batch], sizes.summed, sizes.columns);
  const product = multiply(
    scope,
    { output: one, exchanged: left.exchanged },
    { output: other, exchanged: right.exchanged },
    sizes,
  );
  return whole(reshaped(scope, product, node.shape, "f32"), node);
};

function matrices(
  scope: Scope,
  x: Operand,
  { order, exchanged, moves }: Arrangement,
  batch: Axes,
  rows: number,
  columns: number,
): Output {
  const ordered = moves ? transposed(scope, full(scope, x), order, "f32") : full(scope, x);
  return reshaped(scope, ordered, exchanged ? [...batch, columns, rows] : [...batch, rows, columns], "f32");
}

interface Matrices {
  readonly output: Output;
  readonly exchanged: boolean;
}
interface Sizes {
  readonly batch: Axes;
  readonly rows: number;
  readonly columns: number;
  readonly summed: number;
}

function multiply(scope: Scope, one: Matrices, other: Matrices, { batch, rows, columns, summed }: Sizes): Output {
  if (batch.length === 0) {
    const attributes = { transpose_a: { boolean: one.exchanged }, transpose_b: { boolean: other.exchanged } };
    return scope.add("MatMul", [one.output, other.output], { ...typed("f32"), ...attributes });
  }
  if (summed === 1 || (rows === 1 && columns === 1)) {
    // Many tiny products are dear one by one: a product of entries, or a sum of such, is the same.
    const left = reshaped(scope, one.output, [...batch, rows, summed], "f32");
    const right = reshaped(scope, other.output, summed === 1 ? [...batch, 1, columns] : [...batch, 1, summed], "f32");
    const entries = scope.add("Mul", [left, right], typed("f32"));
    if (summed === 1) return entries;
    return scope.add("Sum", [entries, vector(scope, [2])], { ...typed("f32"), Tidx: { type: "i32" } });
  }
  const attributes = { adj_x: { boolean: one.exchanged }, adj_y: { boolean: other.exchanged } };
  return scope.add("BatchMatMulV2", [one.output, other.output], { ...typed("f32"), ...attributes });
}
