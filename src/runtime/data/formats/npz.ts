// npz: a zip archive of npy arrays, one column each; what numpy.savez and numpy.savez_compressed write.
import { type FileHandle, open } from "node:fs/promises";
import type { ColumnHeader } from "../../../compiler/data/header.ts";
import { type Column, columnsOf, type DataFormat, noSuchColumn } from "./format.ts";
import { decodeNpy } from "./npy.ts";
import { npyHeaderLength, parseNpyHeader } from "./npy-header.ts";
import { readDirectory, readEntry, readEntryHead, type ZipEntry } from "./zip.ts";

const columnName = (entry: ZipEntry): string => entry.name.replace(/\.npy$/, "");

async function withFile<Result>(path: string, use: (file: FileHandle) => Promise<Result>): Promise<Result> {
  const file = await open(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

async function entryHeader(file: FileHandle, path: string, entry: ZipEntry): Promise<ColumnHeader> {
  const name = columnName(entry);
  const place = `${path}: ${name}`;
  let bytes = await readEntryHead(file, path, entry, 192);
  const length = npyHeaderLength(bytes, place);
  if (length !== undefined && length > bytes.length) bytes = await readEntryHead(file, path, entry, length);
  const { type, shape } = parseNpyHeader(bytes, place);
  return { name, type, shape };
}

const isArray = (entry: ZipEntry): boolean => entry.name.endsWith(".npy");

export const npzFormat: DataFormat = {
  name: "npz",
  extensions: [".npz"],
  header: (path) =>
    withFile(path, async (file) => {
      const columns: ColumnHeader[] = [];
      for (const entry of (await readDirectory(file, path)).filter(isArray)) columns.push(await entryHeader(file, path, entry));
      return { path, format: "npz", columns };
    }),
  read: (path, wanted) =>
    withFile(path, async (file) => {
      const entries = new Map((await readDirectory(file, path)).filter(isArray).map((entry) => [columnName(entry), entry]));
      const columns: Column[] = [];
      for (const name of wanted ?? entries.keys()) {
        const entry = entries.get(name);
        if (entry === undefined) throw noSuchColumn(path, name, [...entries.keys()]);
        columns.push(decodeNpy(name, await readEntry(file, path, entry), `${path}: ${name}`));
      }
      return columnsOf(columns);
    }),
};
