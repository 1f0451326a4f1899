// A table of results as papers print them: a row a configuration, means and spreads over the seeds in its cells, the best of a
// column marked. Made here from groups of runs; text.ts, markdown.ts, csv.ts and latex.ts write it down.
import { metricTable } from "../metrics/index.ts";
import type { MetricValues } from "../train/events.ts";
import type { Group, SeedResult } from "./results.ts";

/** Mean and standard deviation (n - 1) over so many seeds; no deviation for a single one. */
export interface Measure {
  readonly mean: number;
  readonly deviation: number | undefined;
  readonly count: number;
}

export interface Column {
  readonly name: string;
  /** How its numbers are read. */
  readonly metric: string;
}

export interface Row {
  readonly name: string;
  /** One a column; null where some seed has no value. */
  readonly cells: readonly (Measure | null)[];
}

export interface Table {
  /** What all of it is about: `accuracy, by the share of modalities missing`. */
  readonly title: string;
  /** What the rows are. */
  readonly corner: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export type TableKind = "metric" | "rate" | "subset" | "sweep";

/** A table that the results cannot fill. */
export class TableError extends Error {
  override readonly name = "TableError";
}

/** The metrics of the results, losses left out. */
export function metricNames(groups: readonly Group[]): readonly string[] {
  const names = groups.flatMap(({ seeds }) => seeds.flatMap(({ metrics }) => Object.keys(metrics)));
  return [...new Set(names)].filter((name) => !name.startsWith("loss."));
}

/** The tables of a kind: one for `metric`, else one for each metric. Raises `TableError` where the results have nothing of it. */
export function tablesOf(kind: TableKind, groups: readonly Group[], metrics: readonly string[]): readonly Table[] {
  const known = metricNames(groups);
  const stray = metrics.find((name) => !known.includes(name));
  if (stray !== undefined) throw new TableError(`the results have no metric ${stray}; they have ${known.join(", ")}`);
  switch (kind) {
    case "metric":
      return [byMetric(groups, metrics)];
    case "rate":
      return metrics.map((metric) => byRate(groups, metric));
    case "subset":
      return metrics.map((metric) => bySubset(groups, metric));
    case "sweep":
      return metrics.map((metric) => bySweep(groups, metric));
  }
}

/** The kinds that the results have something for, that by sweeps left out: whether columns of sweeps belong together only the asker knows. */
export function kindsOf(groups: readonly Group[]): readonly TableKind[] {
  const rates = conditionsOf(groups, "rates").length > 0;
  const subsets = conditionsOf(groups, "subsets").length > 0;
  return ["metric", ...(rates ? (["rate"] as const) : []), ...(subsets ? (["subset"] as const) : [])];
}

function byMetric(groups: readonly Group[], metrics: readonly string[]): Table {
  return {
    title: "all inputs",
    corner: "",
    columns: metrics.map((metric) => ({ name: `${metric}${arrow(metric)}`, metric })),
    rows: groups.map(({ name, seeds }) => ({
      name,
      cells: metrics.map((metric) => measure(seeds.map(({ metrics: values }) => values[metric]))),
    })),
  };
}

/** All inputs, each rate, and the mean over the rates, taken seed by seed. */
function byRate(groups: readonly Group[], metric: string): Table {
  const rates = conditionsOf(groups, "rates");
  if (rates.length === 0) throw new TableError("no result hides modalities at random: none was tested with `missing: rates(…)`");
  const columns = ["0%", ...rates, `mean of ${rates[0]}–${rates.at(-1)}`];
  const ofSeed = (result: SeedResult): readonly (number | null | undefined)[] => {
    const each = rates.map((rate) => under(result, "rates", rate)?.[metric]);
    return [result.metrics[metric], ...each, meanOf(each)];
  };
  const title = `${metric}${arrow(metric)} by the share of modalities missing`;
  return { title, corner: "", columns: columns.map((name) => ({ name, metric })), rows: rowsOf(groups, ofSeed, columns.length) };
}

/** Up to this many subsets have a column each; more are taken together by their size. */
const fewSubsets = 8;

/** All inputs, each set of modalities kept, and the mean over the sets that lack something. */
function bySubset(groups: readonly Group[], metric: string): Table {
  const all = conditionsOf(groups, "subsets");
  const whole = all.reduce((most, name) => Math.max(most, members(name).length), 0);
  const subsets = all.filter((name) => members(name).length < whole);
  if (subsets.length === 0)
    throw new TableError("no result leaves out chosen modalities: none was tested with `missing: subsets(…)`");
  const sizes = [...new Set(subsets.map((name) => members(name).length))].toSorted((a, b) => b - a);
  const few = subsets.length <= fewSubsets;
  const parts = few
    ? subsets.map((name) => ({ name, of: [name] }))
    : sizes.map((size) => ({ name: `${size} of ${whole}`, of: subsets.filter((name) => members(name).length === size) }));
  const ofSeed = (result: SeedResult): readonly (number | null | undefined)[] => {
    const value = (name: string): number | null | undefined => under(result, "subsets", name)?.[metric];
    return [result.metrics[metric], ...parts.map(({ of }) => meanOf(of.map(value))), meanOf(subsets.map(value))];
  };
  const columns = ["all inputs", ...parts.map(({ name }) => name), few ? "mean of the sets" : `mean of ${subsets.length} sets`];
  const title = `${metric}${arrow(metric)} by the modalities kept${few ? "" : ", means over the sets of each size"}`;
  return { title, corner: "", columns: columns.map((name) => ({ name, metric })), rows: rowsOf(groups, ofSeed, columns.length) };
}

/** A column a sweep and their mean, taken seed by seed; rows are the configurations that bear one name in all of them. */
function bySweep(groups: readonly Group[], metric: string): Table {
  const sweeps = [...new Set(groups.map(({ sweep }) => sweep))];
  const plain = ({ name, sweep }: Group): string => name.replace(` (${sweep})`, "");
  const names = [...new Set(groups.map(plain))];
  const rows = names.map((name) => {
    const each = sweeps.map((sweep) => groups.find((group) => plain(group) === name && group.sweep === sweep)?.seeds ?? []);
    const shared = (each[0] ?? []).filter(({ seed }) => each.every((seeds) => seeds.some((other) => other.seed === seed)));
    const means = shared.map(({ seed }) =>
      meanOf(each.map((seeds) => seeds.find((other) => other.seed === seed)?.metrics[metric])),
    );
    return { name, cells: [...each.map((seeds) => measure(seeds.map(({ metrics }) => metrics[metric]))), measure(means)] };
  });
  const columns = [...sweeps, "mean"].map((name) => ({ name, metric }));
  return { title: `${metric}${arrow(metric)}`, corner: "", columns, rows };
}

function rowsOf(
  groups: readonly Group[],
  ofSeed: (result: SeedResult) => readonly (number | null | undefined)[],
  width: number,
): readonly Row[] {
  return groups.map(({ name, seeds }) => {
    const values = seeds.map(ofSeed);
    return { name, cells: Array.from({ length: width }, (_, at) => measure(values.map((row) => row[at]))) };
  });
}

/** Names of the conditions of a protocol, in the order of the evaluation. */
function conditionsOf(groups: readonly Group[], protocol: "rates" | "subsets"): readonly string[] {
  const rows = groups.flatMap(({ seeds }) => seeds.flatMap(({ missing }) => missing));
  return [...new Set(rows.filter((row) => row.protocol === protocol).map(({ condition }) => condition))];
}

function under(result: SeedResult, protocol: "rates" | "subsets", condition: string): MetricValues | undefined {
  return result.missing.find((row) => row.protocol === protocol && row.condition === condition)?.metrics;
}

/** The modalities of a subset's name: `{text, audio}`. */
const members = (name: string): readonly string[] =>
  name
    .replaceAll(/[{}\s]/g, "")
    .split(",")
    .filter((part) => part !== "");

/** Null where one of them has no value: a mean over fewer would mislead. */
function meanOf(values: readonly (number | null | undefined)[]): number | null {
  const numbers = values.filter((value) => typeof value === "number");
  return numbers.length === 0 || numbers.length < values.length
    ? null
    : numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}

/** Mean and deviation; null where a seed has no value, or there are none. */
export function measure(values: readonly (number | null | undefined)[]): Measure | null {
  const mean = meanOf(values);
  if (mean === null) return null;
  const squares = values.reduce<number>((sum, value) => sum + ((value ?? mean) - mean) ** 2, 0);
  const count = values.length;
  return { mean, deviation: count < 2 ? undefined : Math.sqrt(squares / (count - 1)), count };
}

const plainName = (metric: string): string => metric.split(".").at(-1) ?? metric;

/** The table's metric, also where its key bears an option: `f1_macro`. */
function metricOf(metric: string): (typeof metricTable)[string] | undefined {
  const name = plainName(metric);
  const known = Object.keys(metricTable).filter((key) => name === key || name.startsWith(`${key}_`));
  return metricTable[known.toSorted((a, b) => b.length - a.length)[0] ?? ""];
}

export function better(metric: string): "higher" | "lower" | undefined {
  return metricOf(metric)?.better;
}

function arrow(metric: string): string {
  const direction = better(metric);
  return direction === undefined ? "" : direction === "higher" ? " ↑" : " ↓";
}

/** Shares, which papers print as percentages. */
const shares = new Set([
  "acc2",
  "acc2_nonzero",
  "acc3",
  "acc5",
  "acc7",
  "accuracy",
  "balanced_accuracy",
  "f1",
  "f1_has0",
  "f1_nonzero",
  "eer",
]);

/** `76.0 ± 0.9` for shares, in percent; `.901 ± .008` with three decimals for the others. */
export function cellTexts(
  cell: Measure | null,
  metric: string,
): { readonly mean: string; readonly deviation: string | undefined } {
  if (cell === null) return { mean: "–", deviation: undefined };
  const share = shares.has(metricOf(metric)?.name ?? "");
  const text = (value: number): string => (share ? (100 * value).toFixed(1) : value.toFixed(3));
  return { mean: text(cell.mean), deviation: cell.deviation === undefined ? undefined : text(cell.deviation) };
}

/** By row, whether the cell is its column's best as printed; nowhere in a table of one row. */
export function bestOf(table: Table, column: number): readonly boolean[] {
  const { metric } = table.columns[column] as Column;
  const direction = better(metric);
  const printed = table.rows.map(({ cells }) => Number(cellTexts(cells[column] ?? null, metric).mean));
  const numbers = printed.filter((value) => !Number.isNaN(value));
  if (direction === undefined || numbers.length < 2) return printed.map(() => false);
  const best = direction === "higher" ? Math.max(...numbers) : Math.min(...numbers);
  return printed.map((value) => value === best);
}
