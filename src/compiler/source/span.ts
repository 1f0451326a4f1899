// Places in source text. Every later stage carries spans so that a diagnostic can point at what the user wrote.

/** A half-open range of UTF-16 offsets in one file. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

/** One file as the compiler sees it: a path for messages and its whole text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export interface Position {
  /** 1-based line. */
  readonly line: number;
  /** 1-based column, in UTF-16 units. */
  readonly column: number;
}

/** The smallest span that covers both; they must be in one file. */
export function cover(first: Span, last: Span): Span {
  return { file: first.file, start: Math.min(first.start, last.start), end: Math.max(first.end, last.end) };
}

/** Line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  const clamped = Math.max(0, Math.min(offset, text.length));
  let line = 1;
  let lineStart = 0;
  for (let newline = text.indexOf("\n"); newline !== -1 && newline < clamped; newline = text.indexOf("\n", newline + 1)) {
    line += 1;
    lineStart = newline + 1;
  }
  return { line, column: clamped - lineStart + 1 };
}
