// Every diagnostic of mmx in one list: what `mmx explain`, the docs page and the tests walk over.
import type { AnyDiagnosticRecord } from "../explain.ts";
import { dataDiagnostics } from "./data/index.ts";
import { lintsDiagnostics } from "./lints/index.ts";
import { modelsDiagnostics } from "./models/index.ts";
import { namesDiagnostics } from "./names/index.ts";
import { pipelinesDiagnostics } from "./pipelines/index.ts";
import { syntaxDiagnostics } from "./syntax/index.ts";
import { trainingDiagnostics } from "./training/index.ts";
import { typesDiagnostics } from "./types/index.ts";

/** What the checker finds in a spec alone, without a data file. */
export const specDiagnostics: readonly AnyDiagnosticRecord[] = [
  ...syntaxDiagnostics,
  ...namesDiagnostics,
  ...typesDiagnostics,
  ...modelsDiagnostics,
  ...pipelinesDiagnostics,
  ...trainingDiagnostics,
  ...lintsDiagnostics,
];

export const allDiagnostics: readonly AnyDiagnosticRecord[] = [...specDiagnostics, ...dataDiagnostics].sort((one, other) =>
  one.code < other.code ? -1 : 1,
);
