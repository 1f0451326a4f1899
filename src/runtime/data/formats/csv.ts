// csv: a header row of column names, one sample a row. A column is numbers (whole ones `i64`), truth values, or text, as
// its cells say; an empty cell of a number column is NaN.
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { CsvError, type Options, parse as parseStream } from "csv-parse";
import { parse } from "csv-parse/sync";
import { type ColumnType, unknownRows } from "../../../compiler/data/header.ts";
import { type Column, columnsOf, type DataFormat, FormatError, noSuchColumn } from "./format.ts";

const number = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?)$/i;
const nothing = /^(?:nan)?$/i;
const truth = /^(?:true|false)$/i;
/** `007` is a name, not a number: as a number its zeros would be lost. */
const paddedNumber = /^[+-]?0\d/;

/** Rows that the header looks at to tell a column's type. */
const rowsSeen = 200;

const layout: Options = { bom: true, skip_empty_lines: true, relax_column_count: false };

function columnType(cells: readonly string[]): ColumnType {
  const filled = cells.filter((cell) => !nothing.test(cell));
  if (filled.length > 0 && filled.length === cells.length && filled.every((cell) => truth.test(cell))) return "bool";
  if (!filled.every((cell) => number.test(cell) && !paddedNumber.test(cell))) return "text";
  const whole =
    filled.length === cells.length && filled.every((cell) => Number.isSafeInteger(toNumber(cell)) && !/[.e]/i.test(cell));
  return whole && filled.length > 0 ? "i64" : "f64";
}

function toNumber(cell: string): number {
  if (nothing.test(cell)) return Number.NaN;
  if (/inf/i.test(cell)) return cell.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(cell);
}

function toColumn(name: string, cells: readonly string[]): Column {
  const type = columnType(cells);
  const shape = [cells.length];
  if (type === "text") return { name, type, shape, values: cells };
  if (type === "bool") return { name, type, shape, values: Uint8Array.from(cells, (cell) => (/^true$/i.test(cell) ? 1 : 0)) };
  return { name, type, shape, values: Float64Array.from(cells, toNumber) };
}

/** Column names of the header row, or the error for a file that has none or names a column twice. */
function columnNames(path: string, row: readonly string[] | undefined): readonly string[] {
  if (row === undefined) throw new FormatError(path, "it is empty", "A csv file starts with a row of column names");
  const names = row.map((name) => name.trim());
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new FormatError(path, `two columns are called ${JSON.stringify(twice)}`, "Rename one of them in the first row");
  }
  return names;
}

function readable(path: string, cause: unknown): unknown {
  if (!(cause instanceof CsvError)) return cause;
  const line = typeof cause.lines === "number" ? ` near line ${cause.lines}` : "";
  const reason =
    cause.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH"
      ? `a row${line} has another number of cells than the first row`
      : `the text${line} is not well-formed csv (${cause.message.replace(/\s+/g, " ")})`;
  return new FormatError(path, reason, 'Cells with commas, quotes or line breaks stand in "…", a quote inside is doubled');
}

async function headRows(path: string): Promise<readonly (readonly string[])[]> {
  const rows: string[][] = [];
  const source = createReadStream(path);
  const parser = parseStream({ ...layout, to: rowsSeen + 1 });
  source.on("error", (cause) => parser.destroy(cause));
  try {
    for await (const row of source.pipe(parser)) rows.push(row as string[]);
  } catch (cause) {
    throw readable(path, cause);
  } finally {
    source.destroy();
  }
  return rows;
}

const column = (rows: readonly (readonly string[])[], at: number): string[] => rows.map((row) => row[at] as string);

export const csvFormat: DataFormat = {
  name: "csv",
  extensions: [".csv"],
  async header(path) {
    const [first, ...rows] = await headRows(path);
    const columns = columnNames(path, first).map((name, at) => {
      return { name, type: columnType(column(rows, at)), shape: [rows.length < rowsSeen ? rows.length : unknownRows] };
    });
    return { path, format: "csv", columns };
  },
  async read(path, wanted) {
    const text = await readFile(path, "utf8");
    let table: string[][];
    try {
      table = parse(text, layout) as unknown as string[][];
    } catch (cause) {
      throw readable(path, cause);
    }
    const [first, ...rows] = table;
    const names = columnNames(path, first);
    return columnsOf(
      (wanted ?? names).map((name) => {
        const at = names.indexOf(name);
        if (at === -1) throw noSuchColumn(path, name, names);
        return toColumn(name, column(rows, at));
      }),
    );
  },
};
