// What loading a data file yields: checked columns in memory, sample lengths, presence, parts, and the statistics used to
// standardise. The batcher cuts feeds from it; a checkpoint keeps its statistics and its checksum.
import type { DataSchema, FieldSchema } from "../../compiler/compiled.ts";
import type { Diagnostic } from "../../compiler/diagnostics/diagnostic.ts";

/** Per-feature scaling of one field: (x - mean) * scale. A feature that never varies in training has scale 0. */
export interface FieldStatistics {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
}

/** Field names to statistics; plain JSON. */
export type Statistics = Readonly<Record<string, FieldStatistics>>;

export interface FieldData {
  readonly field: FieldSchema;
  /** [samples, ...axes]; a ragged axis has the longest stored length. */
  readonly shape: readonly number[];
  /** Row-major. f32 and bool fields: Float32Array; i32 and labels: Int32Array; text: strings. Absent and padded entries are 0. */
  readonly values: Float32Array | Int32Array | readonly string[];
  /** 1 where the sample has the field; undefined where every sample does. */
  readonly present: Uint8Array | undefined;
}

export interface Dataset {
  readonly schema: DataSchema;
  readonly path: string;
  /** sha256 of the file, hexadecimal. */
  readonly checksum: string;
  /** Number of samples in the file. */
  readonly count: number;
  /** Sizes the header binds (`Ft`). */
  readonly sizes: Readonly<Record<string, number>>;
  /** Fields by name; targets are left out where they were not asked for and the file has none. */
  readonly fields: ReadonlyMap<string, FieldData>;
  /** For each ragged dimension every sample's length, at least 1. */
  readonly lengths: ReadonlyMap<string, Int32Array>;
  /** Rows of each part in file order; one part `all` where the data block declares no split. */
  readonly parts: Readonly<Record<string, Int32Array>>;
  readonly statistics: Statistics;
  /** Findings that do not stop a run, such as a speaker in both train and test. */
  readonly warnings: readonly Diagnostic[];
}

/** Name of the only part of a data block without a split. */
export const wholePart = "all";

/** The part that weights and statistics are fitted on: `train`, or else the first that the split names. */
export function trainingPart(parts: Dataset["parts"]): string {
  return parts.train === undefined ? (Object.keys(parts)[0] ?? wholePart) : "train";
}

/** Rows of a part. Throws for a part that the split does not name. */
export function partRows(dataset: Dataset, part: string): Int32Array {
  const rows = dataset.parts[part];
  if (rows === undefined) {
    throw new RangeError(`data ${dataset.schema.name} has no part ${part}; it has ${Object.keys(dataset.parts).join(", ")}`);
  }
  return rows;
}

/** Data that do not agree with their spec. The diagnostics say what, where, why and how to mend. */
export class DataProblem extends Error {
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => `${diagnostic.code} ${diagnostic.slug}: ${diagnostic.message}`).join("\n"));
    this.name = "DataProblem";
  }
}
