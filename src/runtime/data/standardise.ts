// Standardising: each feature to zero mean and unit variance, fitted on the training rows only, over present samples and real
// entries only. The fitted numbers travel with a checkpoint, so that prediction scales new data as training did.
import type { FieldData, FieldStatistics } from "./dataset.ts";
import { type LengthOf, realRuns } from "./real-entries.ts";

/** Features lie on the last axis; a field whose last axis is ragged, or that has none, is one feature. */
function featureCount({ field, shape }: FieldData): number {
  const last = field.axes.at(-1);
  return last === undefined || last.ragged ? 1 : (shape.at(-1) as number);
}

/** Calls `visit(value index, feature)` for each real entry of the present samples among `rows`. */
function forEachEntry(data: FieldData, rows: Int32Array, lengthOf: LengthOf, visit: (at: number, feature: number) => void): void {
  const features = featureCount(data);
  for (const row of rows) {
    if (data.present?.[row] === 0) continue;
    realRuns(data.field, data.shape, row, lengthOf, (start, count) => {
      for (let offset = 0; offset < count; offset += 1) visit(start + offset, offset % features);
    });
  }
}

/**
 * Mean and 1 / standard deviation (population, two passes in float64) of each feature over `rows`. A feature with one value
 * throughout gets scale 0, and so is 0 everywhere afterwards.
 */
export function fitStatistics(data: FieldData, rows: Int32Array, lengthOf: LengthOf): FieldStatistics {
  const features = featureCount(data);
  const values = data.values as Float32Array;
  const mean = new Float64Array(features);
  const square = new Float64Array(features);
  const least = new Float64Array(features).fill(Number.POSITIVE_INFINITY);
  const most = new Float64Array(features).fill(Number.NEGATIVE_INFINITY);
  const count = new Float64Array(features);
  forEachEntry(data, rows, lengthOf, (at, feature) => {
    const value = values[at] as number;
    mean[feature] = (mean[feature] as number) + value;
    least[feature] = Math.min(least[feature] as number, value);
    most[feature] = Math.max(most[feature] as number, value);
    count[feature] = (count[feature] as number) + 1;
  });
  mean.forEach((sum, feature) => {
    mean[feature] = sum / Math.max(1, count[feature] as number);
  });
  forEachEntry(data, rows, lengthOf, (at, feature) => {
    square[feature] = (square[feature] as number) + ((values[at] as number) - (mean[feature] as number)) ** 2;
  });
  const scale = Array.from(square, (sum, feature) => {
    const varies = (most[feature] as number) > (least[feature] as number);
    return varies ? 1 / Math.sqrt(sum / (count[feature] as number)) : 0;
  });
  return { mean: Array.from(mean), scale };
}

/** The field scaled; absent and padded entries stay 0. Throws where the statistics are for another number of features. */
export function applyStatistics(data: FieldData, statistics: FieldStatistics, lengthOf: LengthOf): FieldData {
  const features = featureCount(data);
  if (statistics.mean.length !== features || statistics.scale.length !== features) {
    throw new RangeError(`${data.field.name} has ${features} features, its statistics are for ${statistics.mean.length}`);
  }
  const source = data.values as Float32Array;
  const values = new Float32Array(source.length);
  const rows = Int32Array.from({ length: data.shape[0] ?? 0 }, (_, row) => row);
  forEachEntry(data, rows, lengthOf, (at, feature) => {
    values[at] = ((source[at] as number) - (statistics.mean[feature] as number)) * (statistics.scale[feature] as number);
  });
  return { ...data, values };
}
