// `mmx explain CODE`: a diagnostic's record as text for a terminal. The docs page is made from the same record.

import { wrap } from "./columns.ts";
import type { DiagnosticRecord } from "./diagnostic.ts";
import { paintFor } from "./paint.ts";

/** A record of any situation, read for its texts only. */
export type AnyDiagnosticRecord = Omit<DiagnosticRecord<never>, "describe">;

/** The record with this code or slug, in any case. */
export function findDiagnostic(records: readonly AnyDiagnosticRecord[], name: string): AnyDiagnosticRecord | undefined {
  const wanted = name.toLowerCase();
  return records.find(({ code, slug }) => code.toLowerCase() === wanted || slug.toLowerCase() === wanted);
}

/**
 * Why it is refused, a spec with the fault, what mmx says about it, and the spec mended.
 * `says` is the rendered diagnostic of the bad spec, given by whoever can run the checker.
 */
export function explain(record: AnyDiagnosticRecord, says: string | undefined, colour = false): string {
  const paint = paintFor(colour, record.severity);
  const severity = record.severity === "error" ? paint.error : paint.warning;
  const indented = (text: string): string =>
    text
      .trimEnd()
      .split("\n")
      .map((line) => `    ${line}`.trimEnd())
      .join("\n");
  const refused = record.severity === "error" ? "This is refused" : "This is warned about";
  const parts = [
    `${severity(`${record.severity}[${record.code}]`)} ${paint.strong(record.slug)}`,
    wrap(record.why, 100),
    `${paint.strong(`${refused}${withOverrides(record)}:`)}\n${indented(record.bad)}`,
    ...Object.entries(record.around?.files ?? {}).map(
      ([path, text]) => `${paint.strong(`with ${path} beside it:`)}\n${indented(text)}`,
    ),
  ];
  if (says !== undefined) parts.push(`${paint.strong("mmx says:")}\n${indented(says)}`);
  parts.push(`${paint.strong("This is right:")}\n${indented(record.good)}`);
  return parts.join("\n\n");
}

/** ` with --set a=1`, where the fault is in what is set. */
export function withOverrides({ around }: AnyDiagnosticRecord): string {
  const pairs = Object.entries(around?.overrides ?? {}).map(([key, value]) => `--set ${key}=${value}`);
  return pairs.length === 0 ? "" : ` with ${pairs.join(" ")}`;
}
