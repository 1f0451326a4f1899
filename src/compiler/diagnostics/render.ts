// The one place that turns a diagnostic into text for people. Pure: the same record and sources give the same text, so that
// golden tests can hold it, and the CLI, the editor and the docs show the same words.
import { displayWidth, wrap } from "./columns.ts";
import type { Diagnostic, Fix } from "./diagnostic.ts";
import type { FramePart, Mark } from "./frame.ts";
import { drawFrame, gutterWidth, shownPosition } from "./frame.ts";
import type { Paint } from "./paint.ts";
import { paintFor } from "./paint.ts";

export interface RenderOptions {
  /** ANSI colours; default false. */
  readonly colour?: boolean;
  /** Columns of the terminal; longer source lines are cut around their marks. Default 120. */
  readonly width?: number;
}

/** Texts by path, as spans name them. */
export type Sources = ReadonlyMap<string, string>;

/** Blanks between a fix's title and the mended expression. */
const previewGap = 5;

/** The diagnostic as text of several lines, without a newline at the end. */
export function render(diagnostic: Diagnostic, sources: Sources, options: RenderOptions = {}): string {
  const paint = paintFor(options.colour ?? false, diagnostic.severity);
  const width = options.width ?? 120;
  const parts = partsOf(diagnostic, sources);
  const gutter = gutterWidth(parts);
  const margin = " ".repeat(gutter + 1);
  const lines = [title(diagnostic, paint)];
  for (const part of parts) {
    lines.push(`${margin}${paint.frame("┌─")} ${header(part)}`);
    lines.push(...drawFrame(part, gutter, width, paint));
  }
  for (const note of diagnostic.notes) {
    for (const line of note.split("\n")) lines.push(...wrapped(line, `${margin}    `, width));
  }
  lines.push(...fixLines(diagnostic.fixes, margin, width, paint));
  lines.push(`${margin}${paint.faint(`mmx explain ${diagnostic.code}`)}`);
  return lines.join("\n");
}

/** All of them, an empty line between. */
export function renderAll(diagnostics: readonly Diagnostic[], sources: Sources, options: RenderOptions = {}): string {
  return diagnostics.map((diagnostic) => render(diagnostic, sources, options)).join("\n\n");
}

/** A line under the frame; one wider than the terminal is broken at blanks, and its rest indented. */
function wrapped(line: string, indent: string, width: number): string[] {
  const room = Math.max(20, width - indent.length);
  if (displayWidth(line) <= room) return [`${indent}${line}`.trimEnd()];
  const [first = "", ...rest] = wrap(line, room - 2).split("\n");
  return [`${indent}${first}`, ...rest.map((text) => `${indent}  ${text}`)];
}

function title(diagnostic: Diagnostic, paint: Paint): string {
  const severity = diagnostic.severity === "error" ? paint.error : paint.warning;
  const code = severity(`${diagnostic.severity}[${diagnostic.code}]`);
  return `${code} ${paint.strong(`${diagnostic.slug}: ${diagnostic.message}`)}`;
}

/** The file of the fault first, then every other file that a label points into, in the labels' order. */
function partsOf(diagnostic: Diagnostic, sources: Sources): FramePart[] {
  const own = diagnostic.labels.find(({ span }) => sameSpan(span, diagnostic.span));
  const marks: Mark[] = [{ span: diagnostic.span, text: own?.text ?? "", primary: true }];
  for (const label of diagnostic.labels) if (label !== own) marks.push({ ...label, primary: false });
  const files = [...new Set(marks.map(({ span }) => span.file))];
  return files.map((file) => ({ file, text: sources.get(file), marks: marks.filter(({ span }) => span.file === file) }));
}

function sameSpan(one: Diagnostic["span"], other: Diagnostic["span"]): boolean {
  return one.file === other.file && one.start === other.start && one.end === other.end;
}

function header(part: FramePart): string {
  const mark = part.marks.find(({ primary }) => primary) ?? part.marks[0];
  if (part.text === undefined || mark === undefined) return part.file;
  const { line, column } = shownPosition(part.text, mark.span);
  return `${part.file}:${line}:${column}`;
}

function fixLines(fixes: readonly Fix[], margin: string, width: number, paint: Paint): string[] {
  if (fixes.length === 0) return [];
  const several = fixes.length > 1;
  const longest = Math.max(...fixes.map((fix) => displayWidth(fix.title)));
  const lines = [`${margin}${several ? "Try one of these:" : "Try this:"}`];
  for (const [index, fix] of fixes.entries()) {
    const number = several ? `${index + 1}. ` : "";
    const start = `${margin}  ${number}${fix.title}`;
    if (fix.preview === undefined) {
      lines.push(start);
      continue;
    }
    const previewLines = fix.preview.split("\n");
    const column = margin.length + 2 + number.length + longest + previewGap;
    const fits = previewLines.every((line) => column + displayWidth(line) <= width);
    if (fits) {
      const pad = " ".repeat(longest - displayWidth(fix.title) + previewGap);
      lines.push(`${start}${pad}${paint.code(previewLines[0] ?? "")}`);
      for (const line of previewLines.slice(1)) lines.push(`${" ".repeat(column)}${paint.code(line)}`);
    } else {
      lines.push(start);
      const indent = " ".repeat(margin.length + 2 + number.length + 2);
      for (const line of previewLines) lines.push(`${indent}${paint.code(line)}`);
    }
  }
  return lines;
}
