// Loads a data file for a data block: header check, columns, values, lengths, parts, standardising. Everything that can be
// wrong with the file comes out as `DataProblem` with diagnostics, before any training starts.
import { dirname } from "node:path";
import type { DataSchema, DimensionInfo, FieldSchema } from "../../compiler/compiled.ts";
import { checkHeader, findColumn } from "../../compiler/data/check-header.ts";
import type { FileHeader } from "../../compiler/data/header.ts";
import { type Diagnostic, diagnose } from "../../compiler/diagnostics/diagnostic.ts";
import { fileUnreadable } from "../../compiler/diagnostics/records/data/file-unreadable.ts";
import { fileChecksum } from "../files/checksum.ts";
import { checkField } from "./check-field.ts";
import { DataProblem, type Dataset, type FieldData, type Statistics, trainingPart } from "./dataset.ts";
import { encodeFields, headerWithEncodings } from "./encoders/columns.ts";
import type { EncodeProgress } from "./encoders/encode.ts";
import { type Columns, FormatError } from "./formats/format.ts";
import { readColumns, readHeader } from "./formats/index.ts";
import { findGroupLeaks } from "./group-leak.ts";
import { commonLengths, shareLengths } from "./lengths.ts";
import { columnsFor, type RawField, rawField } from "./raw-field.ts";
import type { LengthOf } from "./real-entries.ts";
import { type Parts, splitColumns, splitRows } from "./split.ts";
import { applyStatistics, fitStatistics } from "./standardise.ts";

export interface LoadOptions {
  /** `CompiledSpec.dimensions`: the bounds of ragged dimensions. */
  readonly dimensions: readonly DimensionInfo[];
  /** Sizes bound already, by other data blocks or by the run that is continued. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Statistics of a finished training, used instead of fitting. */
  readonly statistics?: Statistics;
  /** `optional` for prediction: columns of targets may be missing, and all rows form the one part `all`. */
  readonly targets?: "required" | "optional";
  /** The spec's folder, where the paths of frozen encoders start; else the data file's. */
  readonly specFolder?: string;
  /** Hears how far a frozen encoder is. */
  readonly encoding?: (progress: EncodeProgress) => void;
}

/** Loads a file. Throws `DataProblem` where it cannot be read or does not agree with the data block. */
export async function loadDataset(schema: DataSchema, path: string, options: LoadOptions): Promise<Dataset> {
  return reportUnreadable(schema, async () => {
    const specFolder = options.specFolder ?? dirname(path);
    const stored = await readHeader(path);
    const needsTargets = options.targets !== "optional";
    const known = options.sizes ?? {};
    const fitting = (header: FileHeader): Readonly<Record<string, number>> => {
      const check = checkHeader(schema, header, { dimensions: options.dimensions, sizes: known, needsTargets });
      failOn(check.diagnostics);
      return { ...known, ...check.sizes };
    };
    const foreseen = await headerWithEncodings(schema, stored, specFolder);
    failOn(foreseen.diagnostics);
    fitting(foreseen.header);
    const block = needsTargets ? schema : { ...schema, split: undefined };
    const fields = schema.fields.filter(
      (field) => field.encoding !== undefined || findColumn(stored, field.column) !== undefined,
    );
    const wanted = new Set([...fields.flatMap((field) => columnsFor(field, stored)), ...splitColumns(block)]);
    const read = await readColumns(path, [...wanted]);
    const encoded = await encodeFields(fields, read, {
      specFolder,
      dataFolder: dirname(path),
      report: options.encoding ?? silent,
    });
    const columns = new Map([...read, ...encoded]);
    const header = { ...stored, columns: [...stored.columns, ...encoded.values()] };
    const sizes = fitting(header);
    return assemble(block, fields, { header, columns, path, sizes, checksum: await fileChecksum(path) }, options);
  });
}

const silent = (): void => undefined;

async function reportUnreadable<Result>(schema: DataSchema, load: () => Promise<Result>): Promise<Result> {
  try {
    return await load();
  } catch (cause) {
    if (!(cause instanceof FormatError)) throw cause;
    const { reason, remedy } = cause;
    throw new DataProblem([diagnose(fileUnreadable, { span: schema.span, data: schema.name, path: cause.path, reason, remedy })]);
  }
}

function failOn(diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  if (errors.length > 0) throw new DataProblem(errors);
}

interface Source {
  readonly header: FileHeader;
  readonly columns: Columns;
  readonly path: string;
  readonly sizes: Readonly<Record<string, number>>;
  readonly checksum: string;
}

function assemble(schema: DataSchema, declared: readonly FieldSchema[], source: Source, options: LoadOptions): Dataset {
  const { columns, header } = source;
  const problems: Diagnostic[] = [];
  const sort = <Value extends object>(result: Value | Diagnostic): readonly Value[] => {
    if (!("code" in result)) return [result];
    problems.push(result);
    return [];
  };
  const numeric = declared.filter((field) => field.element !== "text");
  const raws = shareLengths(numeric.flatMap((field) => sort<RawField>(rawField(field, columns, header))));
  const checked = raws.flatMap((raw) => sort(checkField(raw, options.dimensions)));
  const count = rowCount(declared, checked[0]?.data, columns);
  const { lengths, diagnostics } = commonLengths(checked, count);
  const { parts, diagnostics: partProblems } = splitRows(schema, columns, count);
  failOn([...problems, ...diagnostics, ...partProblems]);
  const clean = new Map(checked.map(({ data }) => [data.field.name, data]));
  for (const field of declared) if (field.element === "text") clean.set(field.name, textField(field, columns));
  const lengthOf: LengthOf = (symbol, row) => lengths.get(symbol)?.[row] ?? 1;
  const { fields, statistics } = standardiseFields(schema, clean, parts, lengthOf, options.statistics);
  const warnings = findGroupLeaks(schema, fields, parts);
  const { path, checksum, sizes } = source;
  return { schema, path, checksum, count, sizes, fields, lengths, parts, statistics, warnings };
}

function rowCount(declared: readonly FieldSchema[], first: FieldData | undefined, columns: Columns): number {
  const [field] = declared;
  return first?.shape[0] ?? (field === undefined ? 0 : (columns.get(field.column)?.shape[0] ?? 0));
}

function textField(field: FieldSchema, columns: Columns): FieldData {
  const values = Array.from(columns.get(field.column)?.values as ArrayLike<number | string>, String);
  return { field, shape: [values.length], values, present: undefined };
}

function standardiseFields(
  schema: DataSchema,
  clean: ReadonlyMap<string, FieldData>,
  parts: Parts,
  lengthOf: LengthOf,
  given: Statistics | undefined,
): { fields: ReadonlyMap<string, FieldData>; statistics: Statistics } {
  const fields = new Map(clean);
  const statistics: Record<string, Statistics[string]> = {};
  const rows = parts[trainingPart(parts)] ?? new Int32Array();
  for (const name of schema.standardise) {
    const data = clean.get(name);
    if (data === undefined) continue;
    const fitted = given?.[name] ?? fitStatistics(data, rows, lengthOf);
    statistics[name] = fitted;
    fields.set(name, applyStatistics(data, fitted, lengthOf));
  }
  return { fields, statistics };
}
