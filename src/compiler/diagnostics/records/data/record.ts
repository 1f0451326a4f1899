// Diagnostics about data need a file beside the spec. Their records carry one: both the bad and the good spec read it.
import type { ColumnType } from "../../../data/header.ts";
import type { DiagnosticRecord } from "../../diagnostic.ts";

/** A column of the record's file; all zeros where `values` is left out. */
export interface FixtureColumn {
  readonly type: ColumnType;
  readonly shape: readonly number[];
  readonly values?: readonly (number | string)[];
}

export interface DataDiagnosticRecord<Situation> extends DiagnosticRecord<Situation> {
  /** What the data file holds; absent where there is no file. */
  readonly file: Readonly<Record<string, FixtureColumn>> | undefined;
}

export function defineDataDiagnostic<Situation>(record: DataDiagnosticRecord<Situation>): DataDiagnosticRecord<Situation> {
  return record;
}
