// Columns beside a field's own that say how long, where and whether its samples are:
//   NAME_length   whole numbers, one a sample: length along the field's first ragged dimension, or along the dimension NAME
//   NAME_offsets  N + 1 whole numbers: sample i is rows offsets[i] .. offsets[i+1] of the column, stored without padding
//   NAME_present  0 or 1 a sample: whether it has the field
// NAME is the field's column, the field, or (for lengths) the ragged dimension.
import type { FieldSchema } from "../compiled.ts";
import type { ColumnHeader, FileHeader } from "./header.ts";

export interface Companions {
  /** Length column for each ragged dimension that has one. */
  readonly lengths: ReadonlyMap<string, ColumnHeader>;
  readonly offsets: ColumnHeader | undefined;
  readonly present: ColumnHeader | undefined;
}

/**
 * Where samples hold several texts, sounds or images of which an encoder makes a row each: the offsets of the raw column, which is
 * stored without padding.
 */
export function rawOffsetsOf({ encoding, axes }: FieldSchema): string | undefined {
  return encoding !== undefined && encoding.pool !== "none" && axes.length === 2 ? `${encoding.column}_offsets` : undefined;
}

export function companionsOf(field: FieldSchema, header: FileHeader): Companions {
  const find = (names: readonly string[]): ColumnHeader | undefined =>
    names.map((name) => header.columns.find((column) => column.name === name)).find((column) => column !== undefined);
  const own = [field.column, field.name];
  const lengths = new Map<string, ColumnHeader>();
  const ragged = field.axes.filter((axis) => axis.ragged);
  ragged.forEach((axis, at) => {
    const names = at === 0 ? [...own, axis.size.key] : [axis.size.key];
    const column = find(names.flatMap((name) => [`${name}_length`, `${name}_lengths`]));
    if (column !== undefined) lengths.set(axis.size.key, column);
  });
  const unpadded = ragged.length === 1 && field.axes[0]?.ragged === true;
  return {
    lengths,
    offsets: unpadded ? find(own.map((name) => `${name}_offsets`)) : undefined,
    present: field.optional ? find(own.map((name) => `${name}_present`)) : undefined,
  };
}
