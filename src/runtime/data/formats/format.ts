// The interface every data file format implements. A later format (HDF5, Parquet, pickle) is one more file beside this
// one and one more line in `index.ts`.
import type { ColumnType, FileHeader } from "../../../compiler/data/header.ts";

export type NumericArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array;

/**
 * A column in memory, row-major. f16 is widened to Float32Array; i64 and u64 become Float64Array (a value beyond 2^53 is an
 * error); bool is 0 or 1 in a Uint8Array; text is strings.
 */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly shape: readonly number[];
  readonly values: NumericArray | readonly string[];
}

export type Columns = ReadonlyMap<string, Column>;

export interface DataFormat {
  readonly name: string;
  /** Lower case, with the dot. */
  readonly extensions: readonly string[];
  /** Reads column names, types and shapes, and no payload. Throws `FormatError`. */
  header(path: string): Promise<FileHeader>;
  /** Reads whole columns; all of them where `columns` is left out. Throws `FormatError`. */
  read(path: string, columns?: readonly string[]): Promise<Columns>;
}

/** A file that cannot be read as what it should be. The message is for the user: what, where, why, how to mend. */
export class FormatError extends Error {
  constructor(
    readonly path: string,
    readonly reason: string,
    readonly remedy: string,
  ) {
    super(`${path}: ${reason}. ${remedy}`);
    this.name = "FormatError";
  }
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Columns by name, from a list. */
export function columnsOf(list: Iterable<Column>): Columns {
  return new Map([...list].map((column) => [column.name, column]));
}

/** The error for a column that was asked for and is not in the file. */
export function noSuchColumn(path: string, name: string, present: readonly string[]): FormatError {
  return new FormatError(path, `there is no column ${name}`, `It has ${present.join(", ")}`);
}
