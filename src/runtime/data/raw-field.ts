// First step of loading a field: its column as numbers on the declared axes, not yet checked, with what the file says about
// lengths and presence. NaN still stands for what is missing.
import type { FieldSchema } from "../../compiler/compiled.ts";
import { storedSizes } from "../../compiler/data/check-header.ts";
import { companionsOf, rawOffsetsOf } from "../../compiler/data/companions.ts";
import type { FileHeader } from "../../compiler/data/header.ts";
import { type Diagnostic, diagnose } from "../../compiler/diagnostics/diagnostic.ts";
import { labelUnknown } from "../../compiler/diagnostics/records/data/label-unknown.ts";
import { lengthsWrong } from "../../compiler/diagnostics/records/data/lengths-wrong.ts";
import { closest } from "../../compiler/diagnostics/suggest.ts";
import { classifier } from "./class-numbers.ts";
import type { Column, Columns, NumericArray } from "./formats/format.ts";

export interface RawField {
  readonly field: FieldSchema;
  /** [samples, ...axes]. */
  readonly shape: readonly number[];
  readonly values: NumericArray;
  /** Lengths that the file gives, by ragged dimension; a dimension that is not here is stored fully long, or so it is claimed. */
  readonly lengths: ReadonlyMap<string, ArrayLike<number>>;
  /** The file's own word on presence. */
  readonly present: ArrayLike<number> | undefined;
}

/** Columns that loading this field reads. */
export function columnsFor(field: FieldSchema, header: FileHeader): readonly string[] {
  if (field.encoding !== undefined) {
    const wanted = [field.encoding.column, rawOffsetsOf(field)];
    return header.columns.map(({ name }) => name).filter((name) => wanted.includes(name));
  }
  const { lengths, offsets, present } = companionsOf(field, header);
  return [
    field.column,
    ...[...lengths.values(), offsets, present].flatMap((column) => (column === undefined ? [] : [column.name])),
  ];
}

const numeric = (columns: Columns, name: string | undefined): NumericArray | undefined =>
  name === undefined ? undefined : (columns.get(name)?.values as NumericArray | undefined);

export function rawField(field: FieldSchema, columns: Columns, header: FileHeader): RawField | Diagnostic {
  const column = columns.get(field.column) as Column;
  const companions = companionsOf(field, header);
  const values = toNumbers(field, column);
  if ("code" in values) return values;
  const present = numeric(columns, companions.present?.name);
  const offsets = numeric(columns, companions.offsets?.name);
  if (offsets !== undefined) return unpacked(field, column, values, offsets, companions.offsets?.name ?? "", present);
  const lengths = new Map<string, ArrayLike<number>>();
  for (const [symbol, { name }] of companions.lengths) {
    const found = numeric(columns, name);
    if (found !== undefined) lengths.set(symbol, found);
  }
  const sizes = storedSizes(field, column, false) as readonly number[];
  return { field, shape: [column.shape[0] as number, ...sizes], values, lengths, present };
}

function toNumbers(field: FieldSchema, column: Column): NumericArray | Diagnostic {
  if (field.element !== "labels") return column.values as NumericArray;
  const labels = field.labels ?? [];
  const classOf = classifier(labels);
  const values = new Float64Array(column.values.length);
  const perSample = column.shape.slice(1).reduce((product, size) => product * size, 1);
  for (let at = 0; at < values.length; at += 1) {
    const cell = column.values[at] as number | string;
    const number = classOf(cell);
    if (number === undefined) {
      const row = Math.floor(at / perSample);
      const value = String(cell);
      return diagnose(labelUnknown, { span: field.span, field: field.name, value, row, labels, meant: closest(value, labels) });
    }
    values[at] = number;
  }
  return values;
}

/** A column stored without padding, `[total, …]` with offsets, laid out as [samples, longest, …]. */
function unpacked(
  field: FieldSchema,
  column: Column,
  packed: NumericArray,
  offsets: NumericArray,
  name: string,
  present: ArrayLike<number> | undefined,
): RawField | Diagnostic {
  const total = column.shape[0] as number;
  const count = Math.max(0, offsets.length - 1);
  const lengths = new Int32Array(count);
  for (let row = 0; row < count; row += 1) lengths[row] = (offsets[row + 1] as number) - (offsets[row] as number);
  if (offsets[0] !== 0 || offsets[count] !== total || lengths.some((length) => length < 0)) {
    const problem = `${name} starts at 0, never falls and ends at the ${total} rows of ${column.name}`;
    return diagnose(lengthsWrong, { span: field.span, of: field.name, problem });
  }
  const rest = (storedSizes(field, column, true) as readonly number[]).slice(1);
  const inner = rest.reduce((product, size) => product * size, 1);
  const longest = Math.max(1, ...new Set(lengths));
  const values = new Float32Array(count * longest * inner);
  for (let row = 0; row < count; row += 1) {
    const from = (offsets[row] as number) * inner;
    values.set(packed.subarray(from, from + (lengths[row] as number) * inner), row * longest * inner);
  }
  const symbol = field.axes[0]?.size.key ?? "";
  return { field, shape: [count, longest, ...rest], values, lengths: new Map([[symbol, lengths]]), present };
}
