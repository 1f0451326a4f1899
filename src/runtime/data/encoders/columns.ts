// Encoded fields as columns of the data file: from here on the loader and the checker treat them like any other column.
import type { DataSchema, EncodingSchema, FieldSchema } from "../../../compiler/compiled.ts";
import { rawOffsetsOf } from "../../../compiler/data/companions.ts";
import { type ColumnHeader, type FileHeader, unknownRows } from "../../../compiler/data/header.ts";
import { type Diagnostic, diagnose } from "../../../compiler/diagnostics/diagnostic.ts";
import { encoderFailed } from "../../../compiler/diagnostics/records/data/encoder-failed.ts";
import { DataProblem } from "../dataset.ts";
import type { Column, Columns } from "../formats/format.ts";
import { type EncodePlaces, encodeColumn } from "./encode.ts";
import { EncoderError } from "./encoder.ts";
import { findModel, readModel } from "./model-files.ts";

const offsetsOf = (name: string): string => `${name}_offsets`;

/** A file's header with a column for each encoded field whose model is on this machine and tells its width. */
export interface EncodedHeader {
  readonly header: FileHeader;
  /** What is wrong with the models that are there. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Looks at the models' files; runs nothing. */
export async function headerWithEncodings(schema: DataSchema, header: FileHeader, specFolder: string): Promise<EncodedHeader> {
  const added: ColumnHeader[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const field of schema.fields) {
    const { encoding } = field;
    if (encoding === undefined || added.some(({ name }) => name === field.column)) continue;
    const rawOffsets = rawOffsetsOf(field);
    const offsets = header.columns.find(({ name }) => name === rawOffsets);
    if (rawOffsets !== undefined && offsets === undefined && header.columns.some(({ name }) => name === encoding.column)) {
      diagnostics.push(failure(field, encoding, withoutOffsets(encoding.column, rawOffsets)));
      continue;
    }
    const folder = findModel(encoding.model, specFolder);
    if (folder === undefined) continue;
    const width = await readWidth(folder, field, encoding);
    if (typeof width === "object") diagnostics.push(width);
    if (typeof width !== "number") continue;
    const rows = header.columns.find(({ name }) => name === encoding.column)?.shape[0] ?? unknownRows;
    const isSequence = encoding.pool === "none";
    added.push({ name: field.column, type: "f32", shape: [isSequence ? unknownRows : rows, width] });
    if (offsets !== undefined) added.push({ ...offsets, name: offsetsOf(field.column) });
    if (isSequence) added.push({ name: offsetsOf(field.column), type: "i32", shape: [rows === unknownRows ? rows : rows + 1] });
  }
  return { header: { ...header, columns: [...header.columns, ...added] }, diagnostics };
}

async function readWidth(folder: string, field: FieldSchema, encoding: EncodingSchema): Promise<number | Diagnostic | undefined> {
  try {
    return (await readModel(folder, encoding)).width;
  } catch (cause) {
    return failure(field, encoding, cause);
  }
}

/** Columns that an encoder made, to be joined to those of the file. Throws `DataProblem` where it cannot. */
export async function encodeFields(fields: readonly FieldSchema[], columns: Columns, places: EncodePlaces): Promise<Columns> {
  const made = new Map<string, Column>();
  for (const field of fields) {
    const { encoding } = field;
    if (encoding === undefined || made.has(field.column)) continue;
    const cells = Array.from(columns.get(encoding.column)?.values as ArrayLike<number | string>, String);
    const { width, lengths, values } = await encodeColumn(encoding, cells, field.optional, places).catch((cause: unknown) => {
      throw new DataProblem([failure(field, encoding, cause)]);
    });
    made.set(field.column, { name: field.column, type: "f32", shape: [values.length / width, width], values });
    const rawOffsets = columns.get(rawOffsetsOf(field) ?? "");
    if (rawOffsets !== undefined) made.set(offsetsOf(field.column), { ...rawOffsets, name: offsetsOf(field.column) });
    if (encoding.pool !== "none") continue;
    const offsets = new Int32Array(lengths.length + 1);
    for (const [at, length] of lengths.entries()) offsets[at + 1] = (offsets[at] as number) + length;
    const name = offsetsOf(field.column);
    made.set(name, { name, type: "i32", shape: [offsets.length], values: offsets });
  }
  return made;
}

const withoutOffsets = (column: string, offsets: string): EncoderError =>
  new EncoderError(
    `a sample has several entries of ${column}, and the file has no ${offsets} that says which`,
    `Store ${column} without padding, all samples' entries one after the other, and beside it ${offsets}: sample i has the entries offsets[i] .. offsets[i+1]`,
  );

/** What goes wrong with an encoder is the user's to mend, and is said at the field; anything else is thrown on. */
function failure(field: FieldSchema, { span, model }: EncodingSchema, cause: unknown): Diagnostic {
  if (!(cause instanceof EncoderError)) throw cause;
  const { reason, remedy } = cause;
  return diagnose(encoderFailed, { span, field: field.name, model, reason, remedy });
}
