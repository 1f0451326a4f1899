// Data blocks for the tests, as the checker would hand them to the runtime.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { DataSchema, DimensionInfo, FieldAxis, FieldSchema } from "../../src/compiler/compiled.ts";
import { constantDim, symbolDim } from "../../src/compiler/dims/dim.ts";
import { type Column, type Columns, columnsOf } from "../../src/runtime/data/formats/format.ts";

const span = { file: "clips.mmx", start: 0, end: 1 };

/** An axis: a number, `T~` for a ragged dimension, or a size that the file decides. */
export function axis(text: string | number): FieldAxis {
  if (typeof text === "number") return { size: constantDim(text), name: undefined, ragged: false };
  const name = text.replace("~", "");
  return { size: symbolDim(name), name, ragged: text.endsWith("~") };
}

export function field(name: string, axes: readonly (string | number)[], rest: Partial<FieldSchema> = {}): FieldSchema {
  return {
    name,
    role: "input",
    element: "f32",
    axes: axes.map(axis),
    optional: false,
    range: undefined,
    labels: undefined,
    column: name,
    span,
    ...rest,
  };
}

export function schema(fields: readonly FieldSchema[], rest: Partial<DataSchema> = {}): DataSchema {
  return { name: "clips", doc: undefined, fields, file: undefined, split: undefined, standardise: [], span, ...rest };
}

export function ragged(symbol: string, bound: number): DimensionInfo {
  return { symbol, kind: "ragged", bound, span };
}

export function column(name: string, shape: readonly number[], values: Iterable<number>): Column {
  return { name, type: "f32", shape, values: Float32Array.from(values) };
}

export function columns(...list: readonly Column[]): Columns {
  return columnsOf(list);
}

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mmx-data-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A file of the shared data folder beside the repository, or undefined where it is not there. */
export function sharedData(path: string): string | undefined {
  const full = join(import.meta.dirname, "../../../shared/data", path);
  return existsSync(full) ? full : undefined;
}
