// Checks a data block against the header of its file, before any value is read, and binds the sizes that the file decides.
// `mmx check`, the editor and the loader all come here.
import type { DataSchema, DimensionInfo, EncodingSchema, FieldAxis, FieldSchema } from "../compiled.ts";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.ts";
import { axesDiffer } from "../diagnostics/records/data/axes-differ.ts";
import { columnMissing } from "../diagnostics/records/data/column-missing.ts";
import { countsDiffer } from "../diagnostics/records/data/counts-differ.ts";
import { elementDiffers } from "../diagnostics/records/data/element-differs.ts";
import { lengthsWrong } from "../diagnostics/records/data/lengths-wrong.ts";
import { noSamples } from "../diagnostics/records/data/no-samples.ts";
import { notEncodable } from "../diagnostics/records/data/not-encodable.ts";
import { tooLong } from "../diagnostics/records/data/too-long.ts";
import { closest } from "../diagnostics/suggest.ts";
import type { Span } from "../source/span.ts";
import { type BoundSize, bindSizes, type StoredAxis } from "./bind-sizes.ts";
import { companionsOf } from "./companions.ts";
import { type ColumnHeader, describeColumn, type FileHeader, unknownRows } from "./header.ts";
import { printType, suggestType } from "./print-field.ts";

export interface HeaderContext {
  /** Bounds of ragged dimensions, as `CompiledSpec.dimensions` has them. */
  readonly dimensions: readonly DimensionInfo[];
  /** Sizes that other data blocks or overrides bound already. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** False for prediction: columns of targets, of identifiers and of the split may be missing. */
  readonly needsTargets?: boolean;
}

export interface HeaderCheck {
  readonly diagnostics: readonly Diagnostic[];
  /** Sizes bound by this file, e.g. `{ Ft: 100 }`; those given in the context are not repeated. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Compares a data block with a file header. Reports every column that does not fit, once. */
export function checkHeader(schema: DataSchema, header: FileHeader, context: HeaderContext): HeaderCheck {
  const diagnostics: Diagnostic[] = [];
  const stored: StoredAxis[] = [];
  const counts: Count[] = [];
  const measured = new Set(schema.fields.flatMap((field) => [...companionsOf(field, header).lengths.keys()]));
  for (const field of schema.fields) {
    const column = findColumn(header, field.column);
    if (field.encoding !== undefined) diagnostics.push(...checkEncoded(field, field.encoding, header));
    // What an encoder makes is known only where its model is: until then the spec's word stands.
    if (field.encoding !== undefined && column === undefined) continue;
    if (column === undefined) {
      if (field.role === "input" || context.needsTargets !== false) {
        const end = field.column === field.name ? { ...field.span, start: field.span.end } : undefined;
        diagnostics.push(missing(header, { column: field.column, reader: field.name, span: field.span, end }));
      }
      continue;
    }
    checkField(field, column, header, context, { diagnostics, stored, counts, measured });
  }
  if (context.needsTargets !== false) diagnostics.push(...checkSplit(schema, header));
  diagnostics.push(...checkCounts(counts, header));
  const bound = bindSizes(stored, context.sizes ?? {});
  diagnostics.push(...bound.diagnostics);
  return { diagnostics, sizes: sizesOf(bound.sizes) };
}

/** The column that an encoder reads is there and holds texts: the samples themselves, or where they lie. */
function checkEncoded(field: FieldSchema, encoding: EncodingSchema, header: FileHeader): readonly Diagnostic[] {
  const raw = findColumn(header, encoding.column);
  if (raw === undefined) {
    return [missing(header, { column: encoding.column, reader: field.name, span: encoding.span, end: undefined })];
  }
  if (raw.type === "text" && raw.shape.length === 1) return [];
  return [diagnose(notEncodable, { span: encoding.span, field: field.name, column: describeColumn(raw) })];
}

interface Count {
  readonly column: string;
  readonly count: number;
  readonly span: Span;
}

interface Findings {
  readonly diagnostics: Diagnostic[];
  readonly stored: StoredAxis[];
  readonly counts: Count[];
  /** Ragged dimensions that some field has lengths for: their true bound shows only in the values. */
  readonly measured: ReadonlySet<string>;
}

const sizesOf = (bound: ReadonlyMap<string, BoundSize>): Record<string, number> =>
  Object.fromEntries([...bound].map(([symbol, { size }]) => [symbol, size]));

export function findColumn(header: FileHeader, name: string): ColumnHeader | undefined {
  return header.columns.find((column) => column.name === name);
}

/** What needs a column, and where the spec says so. */
interface Reader {
  readonly column: string;
  readonly reader: string;
  readonly span: Span;
  readonly end: Span | undefined;
}

function missing(header: FileHeader, reader: Reader): Diagnostic {
  const columns = header.columns.map(({ name }) => name);
  return diagnose(columnMissing, { ...reader, path: header.path, columns, meant: closest(reader.column, columns) });
}

function checkField(field: FieldSchema, column: ColumnHeader, header: FileHeader, context: HeaderContext, found: Findings): void {
  const { span } = field;
  if (column.type === "text" && field.element !== "text" && field.element !== "labels") {
    const expected = field.element === "bool" ? "truth values" : "numbers";
    found.diagnostics.push(
      diagnose(elementDiffers, { span, field: field.name, declared: printType(field), column: describeColumn(column), expected }),
    );
    return;
  }
  const { offsets, lengths } = companionsOf(field, header);
  for (const each of [offsets, ...lengths.values()]) {
    if (each !== undefined && (each.type === "text" || each.shape.length !== 1)) {
      found.diagnostics.push(
        diagnose(lengthsWrong, {
          span,
          of: field.name,
          problem: `the file has ${describeColumn(each)}, not one number a sample`,
        }),
      );
    }
  }
  const sizes = storedSizes(field, column, offsets !== undefined);
  if (sizes === undefined) {
    const unpadded = offsets === undefined ? 1 : 0;
    found.diagnostics.push(
      diagnose(axesDiffer, {
        span,
        field: field.name,
        declared: `${field.name} ${printType(field)}`,
        stored: describeColumn(column),
        declaredAxes: field.axes.length + unpadded,
        storedAxes: column.shape.length,
        suggestion: `${field.name}: ${suggestType(field, column.shape)}`,
      }),
    );
    return;
  }
  const rows = offsets === undefined ? column.shape[0] : offsets.shape[0];
  const count = rows === undefined || rows === unknownRows ? unknownRows : rows - (offsets === undefined ? 0 : 1);
  found.counts.push({ column: column.name, count, span });
  field.axes.forEach((axis, at) => {
    const size = sizes[at];
    if (size === undefined) return;
    if (!axis.ragged) found.stored.push({ axis: axis.size, size, field, at, column });
    else if (!found.measured.has(axis.size.key)) found.diagnostics.push(...checkBound(field, axis, size, context));
  });
}

/**
 * The stored sizes of a field's axes (undefined for the ragged axis of a column stored without padding), or undefined where
 * the column has another number of axes. Axes of size 1 at the end that the spec does not name are passed over: labels are often
 * stored as [N, 1].
 */
export function storedSizes(
  field: FieldSchema,
  column: ColumnHeader,
  unpadded: boolean,
): readonly (number | undefined)[] | undefined {
  const shape = unpadded ? [undefined, ...column.shape.slice(1)] : column.shape.slice(1);
  if (column.shape.length === 0 || shape.length < field.axes.length) return undefined;
  const surplus = shape.slice(field.axes.length);
  return surplus.every((size) => size === 1) ? shape.slice(0, field.axes.length) : undefined;
}

function checkBound(field: FieldSchema, axis: FieldAxis, longest: number, context: HeaderContext): readonly Diagnostic[] {
  const dimension = context.dimensions.find((info) => info.symbol === axis.size.key);
  if (dimension?.bound === undefined || longest <= dimension.bound) return [];
  const { bound, span: declared } = dimension;
  return [diagnose(tooLong, { span: field.span, field: field.name, dimension: axis.size.key, bound, longest, declared })];
}

function checkCounts(counts: readonly Count[], header: FileHeader): readonly Diagnostic[] {
  const known = counts.filter(({ count }) => count !== unknownRows);
  const [first] = known;
  if (first === undefined) return [];
  if (known.every(({ count }) => count === 0)) return [diagnose(noSamples, { span: first.span, path: header.path })];
  return known
    .filter(({ count }) => count !== first.count)
    .map(({ span, column, count }) => diagnose(countsDiffer, { span, column, count, first }));
}

function checkSplit(schema: DataSchema, header: FileHeader): readonly Diagnostic[] {
  const { split, span } = schema;
  if (split === undefined) return [];
  const named = split.kind === "column" ? [split.column] : [split.stratify, split.group];
  const diagnostics: Diagnostic[] = [];
  for (const column of named) {
    if (column === undefined) continue;
    if (findColumn(header, column) === undefined)
      diagnostics.push(missing(header, { column, reader: "the split", span, end: undefined }));
  }
  return diagnostics;
}
