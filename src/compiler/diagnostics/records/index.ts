// Every diagnostic of mmx in one list: what `mmx explain`, the docs page and the tests walk over.
import type { AnyDiagnosticRecord } from "../explain.ts";
import { dataDiagnostics } from "./data/index.ts";
import { syntaxDiagnostics } from "./syntax/index.ts";

export const allDiagnostics: readonly AnyDiagnosticRecord[] = [...syntaxDiagnostics, ...dataDiagnostics].sort((one, other) =>
  one.code < other.code ? -1 : 1,
);
