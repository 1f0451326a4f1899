// Gives the names that a data block leaves open (`Ft`) the sizes that the file stores, and reports sizes that do not meet.
import type { FieldSchema } from "../compiled.ts";
import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.ts";
import { sizeDiffers } from "../diagnostics/records/data/size-differs.ts";
import { sizesConflict } from "../diagnostics/records/data/sizes-conflict.ts";
import { constantValue, type Dim, evaluateDim, InexactSize, type Sizes, UnboundSize } from "../dims/dim.ts";
import type { Span } from "../source/span.ts";
import { type ColumnHeader, describeColumn } from "./header.ts";
import { withSize } from "./print-field.ts";

/** One axis of a field with its size in the file. */
export interface StoredAxis {
  readonly axis: Dim;
  readonly size: number;
  readonly field: FieldSchema;
  /** Position among the axes after B. */
  readonly at: number;
  readonly column: ColumnHeader;
}

export interface BoundSize {
  readonly size: number;
  readonly field: string;
  readonly span: Span;
}

/** Binds plain names first, then one open name in `2*F` or `F + 1`, then compares what is left. */
export function bindSizes(
  stored: readonly StoredAxis[],
  known: Sizes,
): { readonly sizes: ReadonlyMap<string, BoundSize>; readonly diagnostics: readonly Diagnostic[] } {
  const sizes = new Map<string, BoundSize>();
  const diagnostics: Diagnostic[] = [];
  const simplestFirst = [...stored].sort((left, right) => rank(left.axis) - rank(right.axis));
  for (const entry of simplestFirst) {
    const all = { ...known, ...Object.fromEntries([...sizes].map(([symbol, bound]) => [symbol, bound.size])) };
    const open = openSymbol(entry.axis, all);
    const solved = open === undefined ? undefined : solve(entry, open, all);
    if (open !== undefined && solved !== undefined) {
      sizes.set(open, { size: solved, field: entry.field.name, span: entry.field.span });
    } else {
      diagnostics.push(...compare(entry, all, sizes));
    }
  }
  return { sizes, diagnostics };
}

const isPlain = (axis: Dim): boolean =>
  axis.terms.length === 1 && axis.terms[0]?.coefficient === 1 && axis.terms[0].symbols.length === 1;

function rank(axis: Dim): number {
  if (isPlain(axis)) return 0;
  return constantValue(axis) === undefined ? 1 : 2;
}

/** The only symbol of an axis that has no size yet, where it stands in one term alone. */
function openSymbol(axis: Dim, known: Sizes): string | undefined {
  const open = axis.terms.flatMap((term) => term.symbols).filter((symbol) => known[symbol] === undefined);
  return open.length === 1 ? open[0] : undefined;
}

/** The size of `symbol` that makes the axis as long as stored, where there is a whole one: the axis is linear in it. */
function solve(entry: StoredAxis, symbol: string, known: Sizes): number | undefined {
  if (symbol.startsWith("(")) return undefined;
  const at = (size: number): number => evaluateDim(entry.axis, { ...known, [symbol]: size });
  const base = at(0);
  const size = (entry.size - base) / (at(1) - base);
  return Number.isInteger(size) && size > 0 ? size : undefined;
}

function compare(entry: StoredAxis, known: Sizes, bound: ReadonlyMap<string, BoundSize>): readonly Diagnostic[] {
  const { axis, size, field, at, column } = entry;
  const declared = declaredSize(axis, known);
  if (declared === size) return [];
  const first = bound.get(axis.key);
  if (isPlain(axis) && declared !== undefined && known[axis.key] !== undefined) {
    return [
      diagnose(sizesConflict, { span: field.span, symbol: axis.key, field: field.name, stored: size, bound: declared, first }),
    ];
  }
  const text = constantValue(axis) === undefined ? `${axis.key}${declared === undefined ? "" : ` = ${declared}`}` : axis.key;
  const suggestion = `${field.name}: ${withSize(field, at, size)}`;
  return [
    diagnose(sizeDiffers, {
      span: field.span,
      field: field.name,
      declared: text,
      stored: size,
      column: describeColumn(column),
      axis: at,
      suggestion,
    }),
  ];
}

function declaredSize(axis: Dim, known: Sizes): number | undefined {
  try {
    return evaluateDim(axis, known);
  } catch (cause) {
    if (cause instanceof UnboundSize || cause instanceof InexactSize) return undefined;
    throw cause;
  }
}
