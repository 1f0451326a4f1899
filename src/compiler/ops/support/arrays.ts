// Row-major arrays for the float64 definitions: every op that moves data is a walk over a shape with chosen strides.
import type { DType } from "../../ir/graph.ts";
import type { Reference } from "../operation.ts";

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Distance in elements between neighbours along each axis. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis -= 1) strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return strides;
}

/** The offset `start + sum(index[k] * strides[k])` of every index of `shape`, in row-major order. */
export function offsets(shape: readonly number[], strides: readonly number[], start = 0): Int32Array {
  const result = new Int32Array(elementCount(shape));
  const index = new Array<number>(shape.length).fill(0);
  let offset = start;
  for (let at = 0; at < result.length; at += 1) {
    result[at] = offset;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (index[axis] as number) + 1;
      offset += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      offset -= next * (strides[axis] as number);
      index[axis] = 0;
    }
  }
  return result;
}

export function makeReference(shape: readonly number[], dtype: DType, data?: Float64Array): Reference {
  return { shape, dtype, data: data ?? new Float64Array(elementCount(shape)) };
}

/** A new value of the given shape whose element i is `source[from[i]]`. */
export function gathered(source: Reference, shape: readonly number[], from: Int32Array): Reference {
  const result = makeReference(shape, source.dtype);
  for (let at = 0; at < from.length; at += 1) result.data[at] = source.data[from[at] as number] as number;
  return result;
}

/** The one input at this place. Throws where an executor passed too few. */
export function inputAt<T>(inputs: readonly T[], index: number): T {
  const value = inputs[index];
  if (value === undefined) throw new RangeError(`an operation was run without its input ${index}`);
  return value;
}
