// The source frame of a rendered diagnostic: the lines a reader must see, carets under the fault and dashes under what led to it.
import type { Span } from "../source/span.ts";
import { positionAt } from "../source/span.ts";
import { displayText, displayWidth, sliceColumns } from "./columns.ts";
import type { Paint } from "./paint.ts";

/** A span to underline: carets for the primary, dashes for labels. */
export interface Mark {
  readonly span: Span;
  readonly text: string;
  readonly primary: boolean;
}

/** A mark on its line, in columns of the shown text. */
interface PlacedMark {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly text: string;
  readonly primary: boolean;
}

/** One file's share of a frame. */
export interface FramePart {
  readonly file: string;
  readonly text: string | undefined;
  readonly marks: readonly Mark[];
}

/** Line and column at which a span is shown: one at the end of the file is moved back to the last line with text on it. */
export function shownPosition(text: string, span: Span): { readonly line: number; readonly column: number } {
  return positionAt(text, shownStart(text, span));
}

function shownStart(text: string, span: Span): number {
  const start = Math.min(span.start, text.length);
  const lineStart = text.lastIndexOf("\n", start - 1) + 1;
  const nothingFollows = text.slice(lineStart).trim() === "";
  return nothingFollows ? text.slice(0, lineStart).trimEnd().length : start;
}

function place(text: string, lines: readonly string[], mark: Mark): PlacedMark {
  const start = shownStart(text, mark.span);
  const end = Math.max(start, Math.min(mark.span.end, text.length));
  const first = positionAt(text, start);
  // A span that ends just behind a line's end belongs to that line.
  const last = positionAt(text, end > start ? start + text.slice(start, end).trimEnd().length : end);
  const line = lines[first.line - 1] ?? "";
  const from = displayWidth(displayText(line.slice(0, first.column - 1)));
  if (last.line === first.line) {
    const to = displayWidth(displayText(line.slice(0, last.column - 1)));
    return { line: first.line, from, to: Math.max(to, from + 1), text: mark.text, primary: mark.primary };
  }
  const to = displayWidth(displayText(line.trimEnd()));
  const reach = `(to line ${last.line})`;
  return {
    line: first.line,
    from,
    to: Math.max(to, from + 1),
    text: mark.text === "" ? reach : `${reach} ${mark.text}`,
    primary: mark.primary,
  };
}

/** Marks that fit beside each other share a row; only the last mark of a row may have a text. */
function rowsOf(marks: readonly PlacedMark[]): PlacedMark[][] {
  const rows: PlacedMark[][] = [];
  for (const mark of [...marks].sort((one, other) => one.from - other.from || one.to - other.to)) {
    const row = rows.at(-1);
    const previous = row?.at(-1);
    if (row !== undefined && previous !== undefined && previous.text === "" && previous.to < mark.from) row.push(mark);
    else rows.push([mark]);
  }
  return rows;
}

/** How many digits the line numbers of these parts need; at least two. */
export function gutterWidth(parts: readonly FramePart[]): number {
  const largest = parts.flatMap(({ text, marks }) =>
    text === undefined ? [] : marks.map(({ span }) => shownPosition(text, span).line),
  );
  return Math.max(2, String(Math.max(0, ...largest)).length);
}

/**
 * Draws one file's lines that carry marks, in order, without the header. A line wider than `width` is cut around its marks.
 * Lines between them are left out: the line numbers show it.
 */
export function drawFrame(part: FramePart, gutter: number, width: number, paint: Paint): string[] {
  if (part.text === undefined) return [];
  const { text } = part;
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const placed = part.marks.map((mark) => place(text, lines, mark));
  const drawn: string[] = [];
  for (const number of [...new Set(placed.map(({ line }) => line))].sort((one, other) => one - other)) {
    const marks = placed.filter(({ line }) => line === number);
    const source = displayText(lines[number - 1] ?? "");
    const room = Math.max(20, width - gutter - 3);
    const window = windowOf(source, marks, room);
    const bar = paint.frame("│");
    drawn.push(`${paint.frame(String(number).padStart(gutter))} ${bar} ${window.shown}`.trimEnd());
    for (const row of rowsOf(marks)) drawn.push(`${" ".repeat(gutter)} ${bar} ${underline(row, window, paint)}`.trimEnd());
  }
  return drawn;
}

interface LineWindow {
  readonly shown: string;
  /** Column of the source shown at the window's left edge, less the width of the mark for what is cut off there. */
  readonly shift: number;
  readonly right: number;
}

function windowOf(source: string, marks: readonly PlacedMark[], room: number): LineWindow {
  const total = displayWidth(source);
  if (total <= room) return { shown: source, shift: 0, right: total + 1 };
  const leftmost = Math.min(...marks.map(({ from }) => from));
  const from = leftmost + Math.floor(room / 2) <= room ? 0 : Math.max(0, Math.min(leftmost - Math.floor(room / 4), total - room));
  const to = Math.min(total, from + room);
  const before = from > 0 ? "…" : "";
  const after = to < total ? "…" : "";
  const shown = `${before}${sliceColumns(source, from + before.length, to - after.length)}${after}`;
  return { shown, shift: from, right: to + 1 };
}

function underline(row: readonly PlacedMark[], window: LineWindow, paint: Paint): string {
  let column = 0;
  let drawn = "";
  for (const mark of row) {
    const from = Math.max(0, mark.from - window.shift);
    const to = Math.max(from + 1, Math.min(mark.to, window.right) - window.shift);
    const strokes = (mark.primary ? "^" : "-").repeat(to - from);
    const text = mark.text === "" ? "" : ` ${mark.text}`;
    drawn += " ".repeat(Math.max(0, from - column)) + (mark.primary ? paint.primary : paint.label)(strokes + text);
    column = to;
  }
  return drawn;
}
