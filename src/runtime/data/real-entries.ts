// Walks over the real entries of a sample: those inside its lengths on every ragged axis, in contiguous runs.
import type { FieldSchema } from "../../compiler/compiled.ts";

/** Gives the length of a sample along a ragged dimension. */
export type LengthOf = (symbol: string, row: number) => number;

/**
 * Calls `visit(start, count)` for each run of real entries of sample `row`, in storage order. `shape` is the stored shape,
 * samples first.
 */
export function realRuns(
  field: FieldSchema,
  shape: readonly number[],
  row: number,
  lengthOf: LengthOf,
  visit: (start: number, count: number) => void,
): void {
  const sizes = shape.slice(1);
  const limits = field.axes.map((axis, at) => (axis.ragged ? lengthOf(axis.size.key, row) : (sizes[at] as number)));
  const lastRagged = field.axes.findLastIndex((axis) => axis.ragged);
  const strides = sizes.map((_, at) => sizes.slice(at + 1).reduce((product, size) => product * size, 1));
  const walk = (axis: number, start: number): void => {
    if (axis >= lastRagged) {
      const count =
        axis < 0 ? sizes.reduce((product, size) => product * size, 1) : (limits[axis] as number) * (strides[axis] as number);
      visit(start, count);
      return;
    }
    for (let step = 0; step < (limits[axis] as number); step += 1) walk(axis + 1, start + step * (strides[axis] as number));
  };
  walk(lastRagged === -1 ? -1 : 0, row * sizes.reduce((product, size) => product * size, 1));
}
