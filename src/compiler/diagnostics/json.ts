// A diagnostic for machines: what `mmx check --json` prints and an editor or a script reads.
import type { Span } from "../source/span.ts";
import { positionAt } from "../source/span.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Sources } from "./render.ts";

/** Offsets count UTF-16 units from 0, lines and columns from 1; the end is exclusive. */
interface JsonPlace {
  readonly file: string;
  readonly start: { readonly offset: number; readonly line: number; readonly column: number };
  readonly end: { readonly offset: number; readonly line: number; readonly column: number };
}

interface JsonDiagnostic extends JsonPlace {
  readonly code: string;
  readonly slug: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly labels: readonly (JsonPlace & { readonly text: string })[];
  readonly notes: readonly string[];
  readonly fixes: readonly {
    readonly title: string;
    readonly preview?: string;
    readonly edits: readonly (JsonPlace & { readonly replacement: string })[];
  }[];
}

/** Plain data with resolved lines and columns, ready for `JSON.stringify`. */
export function renderJson(diagnostic: Diagnostic, sources: Sources): JsonDiagnostic {
  const place = (span: Span): JsonPlace => {
    const text = sources.get(span.file) ?? "";
    return {
      file: span.file,
      start: { offset: span.start, ...positionAt(text, span.start) },
      end: { offset: span.end, ...positionAt(text, span.end) },
    };
  };
  return {
    code: diagnostic.code,
    slug: diagnostic.slug,
    severity: diagnostic.severity,
    message: diagnostic.message,
    ...place(diagnostic.span),
    labels: diagnostic.labels.map(({ span, text }) => ({ text, ...place(span) })),
    notes: diagnostic.notes,
    fixes: diagnostic.fixes.map(({ title, preview, edits }) => ({
      title,
      ...(preview === undefined ? {} : { preview }),
      edits: edits.map(({ span, replacement }) => ({ replacement, ...place(span) })),
    })),
  };
}
