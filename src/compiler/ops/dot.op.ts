// The contraction `dot`: matrix products of every kind, with any axes as batch and any axes summed over.
import type { Tensor } from "@tensorflow/tfjs-core";
import { type AnyAttributes, type Operation, ShapeError, type Tfjs } from "./operation.ts";
import { elementCount, inputAt, makeReference, offsets, rowMajorStrides } from "./support/arrays.ts";
import { numberPairsAttribute } from "./support/attributes.ts";
import {
  axisSize,
  describeType,
  otherAxes,
  pick,
  requireAxes,
  requireDType,
  requireInputs,
  surelyDiffer,
} from "./support/types.ts";

/** The axes of one operand by role. The k-th batch (and contracted) axis of one operand goes with the k-th of the other. */
interface Roles {
  readonly batch: readonly number[];
  readonly free: readonly number[];
  readonly contracted: readonly number[];
}

function rolesOf(attributes: AnyAttributes, leftRank: number, rightRank: number): readonly [Roles, Roles] {
  const batch = numberPairsAttribute("dot", attributes, "batch");
  const contract = numberPairsAttribute("dot", attributes, "contract");
  const side = (at: 0 | 1, rank: number): Roles => {
    const paired = [batch.map((pair) => pair[at]), contract.map((pair) => pair[at])] as const;
    return { batch: paired[0], contracted: paired[1], free: otherAxes(rank, paired.flat()) };
  };
  return [side(0, leftRank), side(1, rightRank)];
}

/** Brings an operand to [batch, rows, columns] (or [rows, columns] without batch axes), moving data only where needed. */
function matrices(tf: Tfjs, x: Tensor, batch: readonly number[], rows: readonly number[], columns: readonly number[]): Tensor {
  const order = [...batch, ...rows, ...columns];
  const ordered = order.every((axis, position) => axis === position) ? x : tf.transpose(x, order);
  const count = (axes: readonly number[]) => elementCount(pick(x.shape, axes));
  return tf.reshape(ordered, [...(batch.length > 0 ? [count(batch)] : []), count(rows), count(columns)]);
}

export const dot: Operation = {
  name: "dot",
  group: "contract",
  signature:
    "(a: f32[...], b: f32[...]) {batch: [[axis of a, axis of b]], contract: [[axis of a, axis of b]]} -> f32[batch, rest of a, rest of b]",
  doc: "Sums of products over the contracted pairs of axes, for every entry of the batch pairs. The result has the batch axes, then the other axes of a, then those of b.",
  infer(inputs, attributes) {
    const [a, b] = requireInputs("dot", inputs, 2);
    requireDType("dot", a, "f32");
    requireDType("dot", b, "f32");
    const [left, right] = rolesOf(attributes, a.shape.length, b.shape.length);
    requireAxes("dot", a, [...left.batch, ...left.contracted]);
    requireAxes("dot", b, [...right.batch, ...right.contracted]);
    const rightPaired = [...right.batch, ...right.contracted];
    [...left.batch, ...left.contracted].forEach((axis, k) => {
      const other = rightPaired[k] as number;
      if (surelyDiffer(axisSize("dot", a, axis), axisSize("dot", b, other))) {
        throw new ShapeError("dot", `axis ${axis} of ${describeType(a)} and axis ${other} of ${describeType(b)} differ in size`);
      }
    });
    return { shape: [...pick(a.shape, left.batch), ...pick(a.shape, left.free), ...pick(b.shape, right.free)], dtype: "f32" };
  },
  gradient({ builder, node, gradient, wanted }) {
    const operands = [inputAt(node.inputs, 0), inputAt(node.inputs, 1)] as const;
    const roles = rolesOf(node.attributes, builder.shape(operands[0]).length, builder.shape(operands[1]).length);
    const batchCount = roles[0].batch.length;
    // d a = g · b over b's free axes and d b = a · g over a's free axes. In this order the common matrix products need no
    // transpose; otherwise the result has the operand's axes in another order.
    return ([0, 1] as const).map((self) => {
      if (wanted?.[self] === false) return undefined;
      const [mine, other] = [roles[self], roles[1 - self] as Roles];
      const firstFree = batchCount + (self === 0 ? mine.free.length : 0);
      const pair = (own: number, axis: number): [number, number] => (self === 0 ? [own, axis] : [axis, own]);
      const product = builder.add("dot", self === 0 ? [gradient, operands[1]] : [operands[0], gradient], {
        batch: other.batch.map((axis, k) => pair(k, axis)),
        contract: other.free.map((axis, k) => pair(firstFree + k, axis)),
      });
      const risingContracted = [...other.contracted].sort((x, y) => x - y);
      const summed = risingContracted.map((axis) => mine.contracted[other.contracted.indexOf(axis)] as number);
      const axes = [...mine.batch, ...(self === 0 ? [...mine.free, ...summed] : [...summed, ...mine.free])];
      const permutation = axes.map((_, axis) => axes.indexOf(axis));
      return permutation.every((from, axis) => from === axis) ? product : builder.add("transpose", [product], { permutation });
    });
  },
  reference(inputs, node) {
    const [a, b] = [inputAt(inputs, 0), inputAt(inputs, 1)];
    const [left, right] = rolesOf(node.attributes, a.shape.length, b.shape.length);
    const walk = (x: typeof a, axes: readonly number[]) => offsets(pick(x.shape, axes), pick(rowMajorStrides(x.shape), axes));
    const [batchA, rows, sumA] = [walk(a, left.batch), walk(a, left.free), walk(a, left.contracted)];
    const [batchB, columns, sumB] = [walk(b, right.batch), walk(b, right.free), walk(b, right.contracted)];
    const result = makeReference(node.shape, node.dtype);
    let at = 0;
    for (let n = 0; n < batchA.length; n += 1) {
      for (const row of rows) {
        for (const column of columns) {
          const [startA, startB] = [(batchA[n] as number) + row, (batchB[n] as number) + column];
          let total = 0;
          for (let k = 0; k < sumA.length; k += 1) {
            total += (a.data[startA + (sumA[k] as number)] as number) * (b.data[startB + (sumB[k] as number)] as number);
          }
          result.data[at] = total;
          at += 1;
        }
      }
    }
    return result;
  },
  tfjs(inputs, node, { tf }) {
    const [a, b] = [inputAt(inputs, 0), inputAt(inputs, 1)];
    const [left, right] = rolesOf(node.attributes, a.rank, b.rank);
    return tf.tidy(() => {
      const rows = matrices(tf, a, left.batch, left.free, left.contracted);
      const columns = matrices(tf, b, right.batch, right.contracted, right.free);
      return tf.reshape(tf.matMul(rows, columns), [...node.shape]);
    });
  },
  flops(node, inputs) {
    const [a, b] = [inputAt(inputs, 0), inputAt(inputs, 1)];
    const [left] = rolesOf(node.attributes, a.length, b.length);
    return 2 * elementCount(node.shape) * elementCount(pick(a, left.contracted));
  },
  samples: [
    { inputs: [{ shape: [2, 3] }, { shape: [3, 4] }], attributes: { batch: [], contract: [[1, 0]] } },
    { inputs: [{ shape: [3, 2] }, { shape: [4, 3] }], attributes: { batch: [], contract: [[0, 1]] } },
    { inputs: [{ shape: [2, 3, 5] }, { shape: [5, 4] }], attributes: { batch: [], contract: [[2, 0]] } },
    { inputs: [{ shape: [2, 3, 4] }, { shape: [2, 5, 4] }], attributes: { batch: [[0, 0]], contract: [[2, 2]] } },
    {
      inputs: [{ shape: [2, 4, 3, 1] }, { shape: [3, 5, 4, 2] }],
      attributes: {
        batch: [[2, 0]],
        contract: [
          [0, 3],
          [1, 2],
        ],
      },
    },
    { inputs: [{ shape: [3] }, { shape: [3] }], attributes: { batch: [], contract: [[0, 0]] } },
    { inputs: [{ shape: [3] }, { shape: [2] }], attributes: { batch: [], contract: [] } },
    {
      inputs: [{ shape: [2, 3] }, { shape: [3, 2] }],
      attributes: {
        batch: [
          [0, 1],
          [1, 0],
        ],
        contract: [],
      },
    },
  ],
};
