// One cause, one error: what an earlier mistake makes look wrong is left out. A line that could not be read, or a library that was
// not found, takes its names with it; later complaints about those names would only repeat the first.
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { lossUnnamed } from "../diagnostics/records/models/loss-unnamed.ts";
import { unknownName } from "../diagnostics/records/names/unknown-name.ts";
import { unknownUse } from "../diagnostics/records/names/unknown-use.ts";
import { libraryOf } from "../names/library.ts";

/** The diagnostics without those that follow from another one. `sources` holds each file's text. */
export function withoutEchoes(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>): readonly Diagnostic[] {
  const unread = diagnostics.filter(isSyntax).map(({ span }) => lineAround(sources.get(span.file) ?? "", span.start));
  const lostLibrary = diagnostics.some(({ slug }) => slug === unknownUse.slug);
  const unnamedLoss = diagnostics.some(({ slug }) => slug === lossUnnamed.slug);
  return diagnostics.filter((diagnostic) => {
    if (isSyntax(diagnostic)) return true;
    const { span, slug, fixes } = diagnostic;
    const text = sources.get(span.file) ?? "";
    const onUnread = unread.some(({ start, end }) => span.start <= end && span.end >= start && !spansLines(text, diagnostic));
    if (onUnread) return false;
    if (slug !== unknownName.slug) return true;
    const name = text.slice(span.start, span.end);
    if (lostLibrary && libraryOf(name) !== undefined) return false;
    // A stage that names the loss which has no name yet.
    if (unnamedLoss && /\bminimize\s*:/.test(lineAround(text, span.start).line)) return false;
    if (fixes.length > 0) return true;
    return !lostLibrary && !unread.some(({ line }) => new RegExp(`\\b${name}\\b`).test(line));
  });
}

/** The codes MMX1xxx are the parser's. */
const isSyntax = ({ code }: Diagnostic): boolean => code.startsWith("MMX1");

const spansLines = (text: string, { span }: Diagnostic): boolean => text.slice(span.start, span.end).includes("\n");

function lineAround(text: string, at: number): { readonly start: number; readonly end: number; readonly line: string } {
  const start = text.lastIndexOf("\n", at - 1) + 1;
  const next = text.indexOf("\n", at);
  const end = next === -1 ? text.length : next;
  return { start, end, line: text.slice(start, end) };
}
