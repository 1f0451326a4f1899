// What a diagnostic is. The checker reports a record with a situation; one renderer writes the prose.
import type { Span } from "../source/span.ts";

export type Severity = "error" | "warning";

/** Text put under a piece of source beside the primary place. */
export interface Label {
  readonly span: Span;
  readonly text: string;
}

export interface TextEdit {
  readonly span: Span;
  readonly replacement: string;
}

/** A way to mend it. `edits` empty: an advice that a tool cannot apply. */
export interface Fix {
  readonly title: string;
  /** The mended expression, shown beside the title. */
  readonly preview?: string;
  readonly edits: readonly TextEdit[];
}

export interface Diagnostic {
  readonly code: string;
  readonly slug: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: Span;
  readonly labels: readonly Label[];
  /** Lines under the frame, e.g. the shapes side by side. */
  readonly notes: readonly string[];
  /** At most three. */
  readonly fixes: readonly Fix[];
}

/** What a record's `describe` gives for one situation; `span` is where the fault is. */
export interface Description {
  readonly message: string;
  readonly span: Span;
  readonly labels?: readonly Label[];
  readonly notes?: readonly string[];
  readonly fixes?: readonly Fix[];
}

/**
 * One diagnostic, declared once. `bad` gives exactly this code and nothing else, `good` is clean; both are whole specs
 * (they may be short). The tests, `mmx explain` and the docs page read the same record.
 */
export interface DiagnosticRecord<Situation> {
  /** MMX1xxx syntax, 2xxx names, types and shapes, 3xxx models and losses, 4xxx data, 5xxx training, 6xxx lints. */
  readonly code: `MMX${number}`;
  readonly slug: string;
  readonly severity: Severity;
  /** Why it is refused: one short paragraph for the reader of `mmx explain`. */
  readonly why: string;
  readonly bad: string;
  readonly good: string;
  /** What `bad` needs around it: files beside the spec, `--set` overrides. */
  readonly around?: { readonly files?: Readonly<Record<string, string>>; readonly overrides?: Readonly<Record<string, string>> };
  describe(situation: Situation): Description;
}

export function defineDiagnostic<Situation>(record: DiagnosticRecord<Situation>): DiagnosticRecord<Situation> {
  return record;
}

/** Makes the diagnostic of a record in a situation. */
export function diagnose<Situation>(record: DiagnosticRecord<Situation>, situation: Situation): Diagnostic {
  const description = record.describe(situation);
  return {
    code: record.code,
    slug: record.slug,
    severity: record.severity,
    message: description.message,
    span: description.span,
    labels: description.labels ?? [],
    notes: description.notes ?? [],
    fixes: (description.fixes ?? []).slice(0, 3),
  };
}
