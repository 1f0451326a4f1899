// What the head of a data file says: columns with their element type and shape. The compiler checks a spec against it
// and never sees a value; the formats under the runtime read it.

/** Element type of a stored column. */
export type ColumnType = "f16" | "f32" | "f64" | "i8" | "i16" | "i32" | "i64" | "u8" | "u16" | "u32" | "u64" | "bool" | "text";

/** Stands for a number of rows that only reading the whole file would tell (csv). */
export const unknownRows = -1;

export interface ColumnHeader {
  readonly name: string;
  readonly type: ColumnType;
  /** Row-major sizes, the rows (samples) first; `unknownRows` there where the head does not say. */
  readonly shape: readonly number[];
}

export interface FileHeader {
  readonly path: string;
  /** `npz`, `csv`, … */
  readonly format: string;
  readonly columns: readonly ColumnHeader[];
}

export function isFloat(type: ColumnType): boolean {
  return type === "f16" || type === "f32" || type === "f64";
}

/** A column as a person writes it: `text f32[2199, 100]`. */
export function describeColumn(column: ColumnHeader): string {
  const sizes = column.shape.map((size) => (size === unknownRows ? "?" : String(size)));
  return `${column.name} ${column.type}[${sizes.join(", ")}]`;
}
