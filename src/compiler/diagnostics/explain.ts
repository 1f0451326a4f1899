// `mmx explain CODE`: a diagnostic's record as text for a terminal. The docs page is made from the same record.
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
  const parts = [
    `${severity(`${record.severity}[${record.code}]`)} ${paint.strong(record.slug)}`,
    wrap(record.why, 100),
    `${paint.strong("This is refused:")}\n${indented(record.bad)}`,
  ];
  if (record.severity === "warning") parts[2] = `${paint.strong("This is warned about:")}\n${indented(record.bad)}`;
  if (says !== undefined) parts.push(`${paint.strong("mmx says:")}\n${indented(says)}`);
  parts.push(`${paint.strong("This is right:")}\n${indented(record.good)}`);
  return parts.join("\n\n");
}

/** Breaks a paragraph at blanks so that no line is longer than `width`, where a word allows it. */
export function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join("\n");
}
