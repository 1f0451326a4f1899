// Finds which value of a step first stopped being finite, and says so in terms of the spec.
import type { StaticGraph } from "../../compiler/ir/graph.ts";
import { positionAt, type SourceFile } from "../../compiler/source/span.ts";
import type { HostTensor } from "../executors/executor.ts";

/** What is kept of a node's value while a step is watched. */
export interface ValueSummary {
  readonly count: number;
  readonly nan: number;
  readonly infinite: number;
  /** Range of the finite entries; undefined where there are none. */
  readonly low: number | undefined;
  readonly high: number | undefined;
}

export function summariseValue({ data }: HostTensor): ValueSummary {
  let nan = 0;
  let infinite = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of data) {
    if (Number.isNaN(value)) nan += 1;
    else if (!Number.isFinite(value)) infinite += 1;
    else {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  const some = nan + infinite < data.length;
  return { count: data.length, nan, infinite, low: some ? low : undefined, high: some ? high : undefined };
}

/**
 * Walks from a non-finite node back through non-finite inputs to the first one whose own inputs are all finite. A node
 * without a summary (a scan, whose result is no tensor) counts as non-finite, as only its parts can be looked at.
 */
export function traceNonFinite(graph: StaticGraph, summaries: ReadonlyMap<number, ValueSummary>, from: number): number {
  let at = from;
  for (;;) {
    const node = graph.nodes[at];
    const cause = node?.inputs.find((input) => {
      const summary = summaries.get(input);
      return graph.nodes[input]?.op !== "constant" && (summary === undefined || summary.nan + summary.infinite > 0);
    });
    if (cause === undefined) return at;
    at = cause;
  }
}

const advice: Readonly<Record<string, string>> = {
  log: "Keep the argument above 0, as in log(x + 1e-6).",
  log1p: "Keep the argument above -1.",
  sqrt: "Keep the argument at 0 or above; the gradient of sqrt at 0 is infinite, so add a small number, as in sqrt(x + 1e-6).",
  divide: "Keep the divisor away from 0, as in a / (b + 1e-6).",
  exp: "Bound the argument, as in exp(clamp(x, -20, 20)), or lower the learning rate.",
  power: "Keep the base above 0 where the exponent is no whole number.",
  variable: "The step before this one spoiled it: lower the learning rate or add `clip: 1.0` to the stage.",
  input: "The data hold a value that is not finite; look at the file's column.",
};

/** The lines of an error message: what, in which line of the spec, from which inputs, and how to mend it. */
export function describeNonFinite(
  graph: StaticGraph,
  summaries: ReadonlyMap<number, ValueSummary>,
  culprit: number,
  total: number | undefined,
  files: readonly SourceFile[],
): readonly string[] {
  const node = graph.nodes[culprit];
  if (node === undefined) throw new RangeError(`no node ${culprit}`);
  const backward = total !== undefined && !ancestors(graph, total).has(culprit);
  const name = node.op === "input" || node.op === "variable" ? ` ${String(node.attributes.name)}` : "";
  const lines = [
    `  ${backward ? "in the gradient of this line, " : ""}${node.op}${name} gave ${describe(summaries.get(culprit))}`,
  ];
  for (const input of node.inputs) lines.push(`    from ${graph.nodes[input]?.op ?? "?"}: ${describe(summaries.get(input))}`);
  const tip = advice[node.op] ?? "Lower the learning rate, or add `clip: 1.0` to the stage.";
  return [...frame(node.origin.span, node.origin.path, files), ...lines, `  ${tip}`];
}

function describe(summary: ValueSummary | undefined): string {
  if (summary === undefined) return "a value that was not watched";
  const { count, nan, infinite, low, high } = summary;
  const bad = [nan > 0 ? `${nan} NaN` : "", infinite > 0 ? `${infinite} infinite` : ""].filter((part) => part !== "");
  const range =
    low === undefined || high === undefined ? "" : low === high ? `all ${shown(low)}` : `${shown(low)} .. ${shown(high)}`;
  if (bad.length === 0) return `${range} (${count} ${count === 1 ? "value" : "values"})`;
  return `${bad.join(" and ")} of ${count} ${count === 1 ? "value" : "values"}${range === "" ? "" : `, the others ${range}`}`;
}

const shown = (value: number): string => String(Number(value.toPrecision(4)));

function frame(
  span: { readonly file: string; readonly start: number; readonly end: number } | undefined,
  path: string,
  files: readonly SourceFile[],
) {
  const file = files.find((candidate) => candidate.path === span?.file);
  if (span === undefined || file === undefined) return path === "" ? [] : [`  in ${path}`];
  const { line, column } = positionAt(file.text, span.start);
  const text = (file.text.split("\n")[line - 1] ?? "").trimEnd();
  const length = Math.max(1, Math.min(span.end - span.start, text.length - column + 1));
  const margin = " ".repeat(String(line).length);
  return [
    `${margin} ┌─ ${span.file}:${line}:${column}${path === "" ? "" : `  (${path})`}`,
    `${line} │ ${text}`,
    `${margin} │ ${" ".repeat(column - 1)}${"^".repeat(length)}`,
  ];
}

function ancestors(graph: StaticGraph, of: number): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [of];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    open.push(...(graph.nodes[at]?.inputs ?? []));
  }
  return found;
}
