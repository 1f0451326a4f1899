// Copies one sample of a field into a batch whose ragged axes may be shorter or longer than stored.
import type { FieldData } from "./dataset.ts";

/**
 * Copies sample `row` into `target` from `offset` on, laid out as `shape` (the axes after B). Where an axis is longer than
 * stored the rest keeps its zeros; where it is shorter the stored rest is padding and is left out.
 */
export function copySample(
  source: FieldData,
  row: number,
  target: Float32Array | Int32Array,
  offset: number,
  shape: readonly number[],
): void {
  const stored = source.shape.slice(1);
  const values = source.values as Float32Array | Int32Array;
  const copy = (axis: number, from: number, to: number, fromStride: number, toStride: number): void => {
    const equalInside = stored.slice(axis + 1).every((size, at) => size === shape[axis + 1 + at]);
    if (axis >= stored.length || equalInside) {
      const length = axis >= stored.length ? 1 : Math.min(fromStride, toStride);
      target.set(values.subarray(from, from + length), to);
      return;
    }
    const fromStep = fromStride / (stored[axis] as number);
    const toStep = toStride / (shape[axis] as number);
    const steps = Math.min(stored[axis] as number, shape[axis] as number);
    for (let step = 0; step < steps; step += 1) copy(axis + 1, from + step * fromStep, to + step * toStep, fromStep, toStep);
  };
  const size = (sizes: readonly number[]): number => sizes.reduce((product, each) => product * each, 1);
  copy(0, row * size(stored), offset, size(stored), size(shape));
}
