// Writers for npz and csv: predictions, synthetic data and prepared examples leave through here.
import { extname } from "node:path";
import { type Zippable, zipSync } from "fflate";
import { writeAtomically } from "../../files/atomic-file.ts";
import { type Column, type Columns, elementCount, FormatError } from "./format.ts";
import { encodeNpy } from "./npy.ts";

/** zip keeps a date for each entry; a fixed one makes the same columns the same bytes. */
const date = new Date(1980, 0, 2);

/** Writes columns as a compressed npz, replacing the file in one step. */
export async function writeNpz(path: string, columns: Columns): Promise<void> {
  const entries: Zippable = {};
  for (const column of columns.values()) {
    checkSize(column);
    entries[`${column.name}.npy`] = [encodeNpy(column), { level: 6, mtime: date }];
  }
  await writeAtomically(path, zipSync(entries));
}

/** Writes columns as csv, replacing the file in one step. A column [N, k] becomes `name_0` … `name_(k-1)`. */
async function writeCsv(path: string, columns: Columns): Promise<void> {
  const names: string[] = [];
  const cells: ((row: number) => string)[] = [];
  let rows: number | undefined;
  for (const column of columns.values()) {
    checkSize(column);
    const [count = 0] = column.shape;
    if (rows !== undefined && rows !== count)
      throw new RangeError(`${column.name} has ${count} rows, the columns before it ${rows}`);
    rows = count;
    const width = elementCount(column.shape.slice(1));
    for (let part = 0; part < width; part += 1) {
      names.push(column.shape.length === 1 ? column.name : `${column.name}_${part}`);
      cells.push((row) => cellText(column.values[row * width + part] as number | string));
    }
  }
  const lines = [names.map(cellText).join(",")];
  for (let row = 0; row < (rows ?? 0); row += 1) lines.push(cells.map((cell) => cell(row)).join(","));
  await writeAtomically(path, `${lines.join("\n")}\n`);
}

/** Writes by the path's extension, `.npz` or `.csv`. */
export async function writeColumns(path: string, columns: Columns): Promise<void> {
  const extension = extname(path).toLowerCase();
  if (extension === ".npz") return writeNpz(path, columns);
  if (extension === ".csv") return writeCsv(path, columns);
  throw new FormatError(path, `mmx does not write ${extension || "files without an extension"}`, "Give it .npz or .csv");
}

function cellText(value: number | string): string {
  if (typeof value === "number") return Number.isNaN(value) ? "" : String(value);
  return /[",\r\n]/.test(value) || value !== value.trim() ? `"${value.replaceAll('"', '""')}"` : value;
}

function checkSize(column: Column): void {
  const count = elementCount(column.shape);
  if (column.values.length !== count) {
    throw new RangeError(
      `${column.name} has ${column.values.length} values, its shape [${column.shape.join(", ")}] wants ${count}`,
    );
  }
}
