// Primitives that index the first axis of a table; an index out of range counts as the nearest one in range.
import { elementCount } from "../../../ops/support/arrays.ts";
import { full, type Lowering, type Operand, operandAt, scalar, vector, whole } from "../lowering.ts";
import { type Output, type Scope, typed } from "../scope.ts";

function clamped(scope: Scope, indices: Operand, size: number): Output {
  const below = scope.add("Minimum", [full(scope, indices), scalar(scope, size - 1, "i32")], typed("i32"));
  return scope.add("Maximum", [below, scalar(scope, 0, "i32")], typed("i32"));
}

function gathered(scope: Scope, table: Output, indices: Output, dtype: Operand["dtype"]): Output {
  const attributes = { ...typed(dtype, "Tparams"), ...typed("i32", "Tindices"), ...typed("i32", "Taxis") };
  return scope.add("GatherV2", [table, indices, scalar(scope, 0, "i32")], attributes);
}

const segmentTypes = { ...typed("i32", "Tindices"), ...typed("i32", "Tnumsegments") };

const gather: Lowering = (node, operands, { scope }) => {
  const [table, indices] = [operandAt(operands, 0), operandAt(operands, 1)];
  const rows = clamped(scope, indices, table.declared[0] as number);
  return whole(gathered(scope, full(scope, table), rows, table.dtype), node);
};

const scatterAdd: Lowering = (node, operands, { scope }) => {
  const [indices, updates] = [operandAt(operands, 0), operandAt(operands, 1)];
  const size = node.shape[0] as number;
  const inputs = [full(scope, updates), clamped(scope, indices, size), scalar(scope, size, "i32")];
  return whole(scope.add("UnsortedSegmentSum", inputs, { ...typed("f32"), ...segmentTypes }), node);
};

/** TensorFlow leaves open which of several updates of one row wins, so the last one's position is found first. */
const scatterSet: Lowering = (node, operands, { scope }) => {
  const [table, indices, rows] = [operandAt(operands, 0), operandAt(operands, 1), operandAt(operands, 2)];
  const size = node.shape[0] as number;
  const count = elementCount(indices.declared);
  const positions = scope.constant(
    "i32",
    [count],
    Array.from({ length: count }, (_, at) => at),
  );
  const inputs = [positions, clamped(scope, indices, size), scalar(scope, size, "i32")];
  // The largest position that names a row, or the smallest int32 where none does.
  const last = scope.add("UnsortedSegmentMax", inputs, { ...typed("i32"), ...segmentTypes });
  const none = scalar(scope, 0, "i32");
  const untouched = scope.add("Less", [last, none], typed("i32"));
  const column = vector(scope, [size, ...node.shape.slice(1).map(() => 1)]);
  const keeps = scope.add("Reshape", [untouched, column], typed("bool"));
  const written = gathered(scope, full(scope, rows), scope.add("Maximum", [last, none], typed("i32")), rows.dtype);
  return whole(scope.add("SelectV2", [keeps, full(scope, table), written], typed(table.dtype)), node);
};

export const indexing = { gather, scatter_add: scatterAdd, scatter_set: scatterSet } satisfies Record<string, Lowering>;
