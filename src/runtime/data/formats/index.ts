// The table of data file formats; a file's extension picks one.
import { existsSync, statSync } from "node:fs";
import { extname } from "node:path";
import type { FileHeader } from "../../../compiler/data/header.ts";
import { csvFormat } from "./csv.ts";
import { type Columns, type DataFormat, FormatError } from "./format.ts";
import { npyFormat } from "./npy.ts";
import { npzFormat } from "./npz.ts";

export const formats: readonly DataFormat[] = [npzFormat, npyFormat, csvFormat];

/** The format of a file that is there. Throws `FormatError` for no file, a folder, or an extension that none has. */
export function formatOf(path: string): DataFormat {
  if (!existsSync(path)) {
    throw new FormatError(
      path,
      "there is no such file",
      "Give the right path with --data NAME=PATH, or in the data block's file line",
    );
  }
  if (statSync(path).isDirectory()) throw new FormatError(path, "it is a folder", "Give the path of a file in it");
  const extension = extname(path).toLowerCase();
  const format = formats.find((candidate) => candidate.extensions.includes(extension));
  if (format === undefined) {
    const known = formats.flatMap((candidate) => candidate.extensions).join(", ");
    throw new FormatError(path, `mmx does not know the extension ${JSON.stringify(extension)}`, `It reads ${known}`);
  }
  return format;
}

/** Columns, types and shapes of a file, without its values. Throws `FormatError`. */
export async function readHeader(path: string): Promise<FileHeader> {
  return formatOf(path).header(path);
}

/** Whole columns of a file. Throws `FormatError`. */
export async function readColumns(path: string, columns?: readonly string[]): Promise<Columns> {
  return formatOf(path).read(path, columns);
}
