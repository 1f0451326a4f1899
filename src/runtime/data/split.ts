// Divides a dataset's rows into parts, by the values of a column or at random; every choice is a function of the split's seed.
import type { DataSchema, SplitSchema } from "../../compiler/compiled.ts";
import { type Diagnostic, diagnose } from "../../compiler/diagnostics/diagnostic.ts";
import { partEmpty } from "../../compiler/diagnostics/records/data/part-empty.ts";
import { sequence } from "../../compiler/ir/random.ts";
import { wholePart } from "./dataset.ts";
import type { Column, Columns } from "./formats/format.ts";

export type Parts = Readonly<Record<string, Int32Array>>;

/** Columns that the split reads. */
export function splitColumns(schema: DataSchema): readonly string[] {
  const { split } = schema;
  if (split === undefined) return [];
  const names = split.kind === "column" ? [split.column] : [split.stratify, split.group];
  return names.filter((name) => name !== undefined);
}

/** The rows of each part, rising. Rows whose value no part names are in none. */
export function splitRows(
  schema: DataSchema,
  columns: Columns,
  count: number,
): { parts: Parts; diagnostics: readonly Diagnostic[] } {
  const { split } = schema;
  if (split === undefined)
    return { parts: { [wholePart]: Int32Array.from({ length: count }, (_, row) => row) }, diagnostics: [] };
  const cells = (name: string): readonly string[] => texts(columns.get(name) as Column);
  const parts = split.kind === "column" ? byColumn(split, cells(split.column)) : atRandom(split, columns, count);
  const diagnostics = Object.entries(parts)
    .filter(([, rows]) => rows.length === 0)
    .map(([part]) => diagnose(partEmpty, { span: schema.span, part, reason: whyEmpty(split, part, cells, count) }));
  return { parts, diagnostics };
}

const texts = (column: Column): readonly string[] => Array.from(column.values as ArrayLike<number | string>, String);

function byColumn(split: SplitSchema & { kind: "column" }, cells: readonly string[]): Parts {
  return Object.fromEntries(
    Object.entries(split.parts).map(([part, values]) => {
      const wanted = new Set(values.map(String));
      return [part, Int32Array.from(cells.flatMap((cell, row) => (wanted.has(cell) ? [row] : [])))];
    }),
  );
}

function whyEmpty(split: SplitSchema, part: string, cells: (name: string) => readonly string[], count: number): string {
  if (split.kind === "random")
    return `${count} samples${split.group === undefined ? "" : " in their groups"} are too few for its share`;
  const values = split.parts[part] ?? [];
  const held = [...new Set(cells(split.column))].sort();
  return `no row of ${split.column} is ${values.join(" or ")}; it holds ${held.slice(0, 8).join(", ")}${held.length > 8 ? ", …" : ""}`;
}

/** Rows that must stay together, and the stratum that they count for. */
interface Unit {
  readonly rows: readonly number[];
  readonly stratum: string;
}

function atRandom(split: SplitSchema & { kind: "random" }, columns: Columns, count: number): Parts {
  const column = (name: string): Column => columns.get(name) as Column;
  const strata = split.stratify === undefined ? undefined : strataOf(column(split.stratify));
  const groups = split.group === undefined ? undefined : texts(column(split.group));
  const units = unitsOf(count, strata, groups);
  const random = sequence(split.seed, "split");
  const byStratum = groupBy(random.shuffle(units), (unit) => unit.stratum);
  const names = Object.keys(split.parts);
  const assigned: number[][] = names.map(() => []);
  // What each part still has to get; what one stratum could not give evenly carries over to the next.
  const owed = names.map(() => 0);
  for (const stratum of [...byStratum.keys()].sort()) {
    const members = bySize(byStratum.get(stratum) ?? []);
    const total = members.reduce((sum, unit) => sum + unit.rows.length, 0);
    names.forEach((name, at) => {
      owed[at] = (owed[at] as number) + (split.parts[name] as number) * total;
    });
    for (const unit of members) {
      const part = owed.indexOf(Math.max(...owed));
      owed[part] = (owed[part] as number) - unit.rows.length;
      for (const row of unit.rows) assigned[part]?.push(row);
    }
  }
  return Object.fromEntries(names.map((name, at) => [name, Int32Array.from(assigned[at] ?? []).sort()]));
}

/** Big groups first, so that the small ones even out the shares; units of one size keep their random order. */
const bySize = (units: readonly Unit[]): readonly Unit[] =>
  [...units].sort((left, right) => right.rows.length - left.rows.length);

function unitsOf(count: number, strata: readonly string[] | undefined, groups: readonly string[] | undefined): readonly Unit[] {
  const rows = Array.from({ length: count }, (_, row) => row);
  const stratumOf = (row: number): string => strata?.[row] ?? "";
  if (groups === undefined) return rows.map((row) => ({ rows: [row], stratum: stratumOf(row) }));
  const members = [...groupBy(rows, (row) => groups[row] as string).values()];
  return members.map((together) => ({ rows: together, stratum: majority(together, stratumOf) }));
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function majority(rows: readonly number[], stratumOf: (row: number) => string): string {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(stratumOf(row), (counts.get(stratumOf(row)) ?? 0) + 1);
  return [...counts].sort(([left, a], [right, b]) => b - a || (left < right ? -1 : 1))[0]?.[0] ?? "";
}

/** The values of a column as strata; more than 20 different numbers are cut into ten equally full ones. */
function strataOf(column: Column): readonly string[] {
  const cells = texts(column);
  if (column.type === "text" || new Set(cells).size <= 20) return cells;
  const sorted = Float64Array.from(cells, Number).sort();
  const edges = Array.from({ length: 9 }, (_, at) => sorted[Math.floor(((at + 1) * sorted.length) / 10)] as number);
  return cells.map((cell) => String(edges.filter((edge) => Number(cell) >= edge).length));
}
