// Second step of loading a field: which samples have it, how long they are, and whether its values are what the spec
// promises. Yields the clean array that batches are cut from: absent and padded entries exactly 0.
import type { DimensionInfo, FieldAxis, FieldSchema } from "../../compiler/compiled.ts";
import { printType } from "../../compiler/data/print-field.ts";
import { type Diagnostic, diagnose } from "../../compiler/diagnostics/diagnostic.ts";
import { lengthsWrong } from "../../compiler/diagnostics/records/data/lengths-wrong.ts";
import { outOfRange } from "../../compiler/diagnostics/records/data/out-of-range.ts";
import { paddingUnknown } from "../../compiler/diagnostics/records/data/padding-unknown.ts";
import { sampleAbsent } from "../../compiler/diagnostics/records/data/sample-absent.ts";
import { tooLong } from "../../compiler/diagnostics/records/data/too-long.ts";
import { valueNotFinite } from "../../compiler/diagnostics/records/data/value-not-finite.ts";
import { valueNotWhole } from "../../compiler/diagnostics/records/data/value-not-whole.ts";
import type { FieldData } from "./dataset.ts";
import type { RawField } from "./raw-field.ts";
import { type LengthOf, realRuns } from "./real-entries.ts";

export interface CheckedField {
  readonly data: FieldData;
  /** The field's own lengths by ragged dimension; meaningless where the sample is absent. */
  readonly lengths: ReadonlyMap<string, Int32Array>;
}

/** Checks one field; the first fault found is enough. */
export function checkField(raw: RawField, dimensions: readonly DimensionInfo[]): CheckedField | Diagnostic {
  const lengths = new Map<string, Int32Array>();
  for (const [at, axis] of raw.field.axes.entries()) {
    if (!axis.ragged) continue;
    const found = axisLengths(raw, axis, raw.shape[at + 1] as number, dimensions);
    if (!(found instanceof Int32Array)) return found;
    lengths.set(axis.size.key, found);
  }
  const lengthOf: LengthOf = (symbol, row) => lengths.get(symbol)?.[row] ?? 0;
  const present = findPresent(raw, lengthOf);
  const absent = present.reduce((sum, each) => sum + (1 - each), 0);
  const { field, shape } = raw;
  if (absent > 0 && !field.optional) {
    const row = present.indexOf(0);
    return diagnose(sampleAbsent, { span: field.span, field: field.name, declared: printType(field), row, samples: absent });
  }
  const padding = findPadding(raw, present);
  if (padding !== undefined) return padding;
  const values = clean(raw, present, lengthOf);
  if ("code" in values) return values;
  const outside = checkRange(field, shape, values, present, lengthOf);
  if (outside !== undefined) return outside;
  return { data: { field, shape, values, present: absent === 0 ? undefined : present }, lengths };
}

function axisLengths(
  raw: RawField,
  axis: FieldAxis,
  stored: number,
  dimensions: readonly DimensionInfo[],
): Int32Array | Diagnostic {
  const { field } = raw;
  const [count = 0] = raw.shape;
  const given = raw.lengths.get(axis.size.key);
  if (given === undefined) return new Int32Array(count).fill(stored);
  const lengths = Int32Array.from(given);
  const wrong = (problem: string): Diagnostic => diagnose(lengthsWrong, { span: field.span, of: field.name, problem });
  if (lengths.length !== count) return wrong(`there are ${lengths.length}, and ${count} samples`);
  for (let row = 0; row < count; row += 1) {
    if (lengths[row] !== given[row]) return wrong(`sample ${row} has ${given[row]}`);
    const length = lengths[row] as number;
    if (length > stored) return wrong(`sample ${row} is ${length} long, and ${field.name} stores ${stored} steps`);
    if (length < 0 || (length === 0 && !field.optional))
      return wrong(`sample ${row} is ${length} long, and ${field.name} is not optional`);
  }
  const dimension = dimensions.find((info) => info.symbol === axis.size.key);
  const longest = lengths.reduce((high, length) => Math.max(high, length), 0);
  if (dimension?.bound !== undefined && longest > dimension.bound) {
    const { bound, span: declared } = dimension;
    return diagnose(tooLong, { span: field.span, field: field.name, dimension: axis.size.key, bound, longest, declared });
  }
  return lengths;
}

/** A sample is absent where the file says so, where it has no entries, or where all its entries are NaN. */
function findPresent(raw: RawField, lengthOf: LengthOf): Uint8Array {
  const { field, shape, values } = raw;
  return Uint8Array.from({ length: shape[0] ?? 0 }, (_, row) => {
    if (raw.present?.[row] === 0) return 0;
    let real = false;
    realRuns(field, shape, row, lengthOf, (start, count) => {
      for (let at = start; !real && at < start + count; at += 1) real = !Number.isNaN(values[at]);
    });
    return real ? 1 : 0;
  });
}

/** The fault of a ragged field without lengths whose samples end in steps of zeros or NaN. */
function findPadding(raw: RawField, present: Uint8Array): Diagnostic | undefined {
  const { field, shape, values } = raw;
  const [axis] = field.axes;
  if (axis?.ragged !== true || raw.lengths.has(axis.size.key)) return undefined;
  const [count = 0, stored = 0] = shape;
  const inner = shape.slice(2).reduce((product, size) => product * size, 1);
  for (let row = 0; row < count; row += 1) {
    if (present[row] === 0) continue;
    let at = (row + 1) * stored * inner - 1;
    while (at >= row * stored * inner && (values[at] === 0 || Number.isNaN(values[at]))) at -= 1;
    const trailing = stored - Math.floor((at - row * stored * inner) / inner) - 1;
    if (trailing > 0) {
      const { name, column, span } = field;
      return diagnose(paddingUnknown, { span, field: name, column, dimension: axis.size.key, row, trailing, stored });
    }
  }
  return undefined;
}

/** The values in the element type of the feeds, absent and padded entries 0. */
function clean(raw: RawField, present: Uint8Array, lengthOf: LengthOf): Float32Array | Int32Array | Diagnostic {
  const { field, shape, values } = raw;
  const whole = field.element === "i32" || field.element === "labels";
  const result = whole ? new Int32Array(values.length) : new Float32Array(values.length);
  const bad = { row: -1, value: 0, samples: 0 };
  const odd = { row: -1, value: 0 };
  for (let row = 0; row < present.length; row += 1) {
    if (present[row] === 0) continue;
    let broken = false;
    realRuns(field, shape, row, lengthOf, (start, count) => {
      for (let at = start; at < start + count; at += 1) {
        const value = values[at] as number;
        result[at] = value;
        if (!Number.isFinite(Math.fround(value))) {
          if (bad.row === -1) Object.assign(bad, { row, value });
          broken = true;
        } else if (
          odd.row === -1 &&
          ((whole && result[at] !== value) || (field.element === "bool" && value !== 0 && value !== 1))
        ) {
          Object.assign(odd, { row, value });
        }
      }
    });
    if (broken) bad.samples += 1;
  }
  const { span, name } = field;
  if (bad.row !== -1) return diagnose(valueNotFinite, { span, field: name, ...bad });
  const expected = field.element === "bool" ? "0 or 1" : "whole numbers";
  if (odd.row !== -1) return diagnose(valueNotWhole, { span, field: name, expected, ...odd });
  return result;
}

function checkRange(
  field: FieldSchema,
  shape: readonly number[],
  values: Float32Array | Int32Array,
  present: Uint8Array,
  lengthOf: LengthOf,
): Diagnostic | undefined {
  if (field.range === undefined) return undefined;
  // The bounds are rounded as the values are, so that 0.1 lies in 0.1 .. 1.
  const low = Math.fround(field.range.low);
  const high = Math.fround(field.range.high);
  const seen = { least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY, count: 0, row: -1, value: 0 };
  for (let row = 0; row < present.length; row += 1) {
    if (present[row] === 0) continue;
    realRuns(field, shape, row, lengthOf, (start, count) => {
      for (let at = start; at < start + count; at += 1) {
        const value = values[at] as number;
        seen.least = Math.min(seen.least, value);
        seen.most = Math.max(seen.most, value);
        if (value >= low && value <= high) continue;
        if (seen.count === 0) Object.assign(seen, { row, value });
        seen.count += 1;
      }
    });
  }
  return seen.count === 0 ? undefined : diagnose(outOfRange, { span: field.span, field: field.name, ...field.range, ...seen });
}
