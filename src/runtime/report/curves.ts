// The curves of a run as SVG, drawn by vega-lite without a browser. Ink is `currentColor`, so that a picture set into a page
// follows its light or dark text.
import type { TopLevelSpec } from "vega-lite";
import type { MetricsRow } from "../train/metrics-log.ts";
import { chartConfig, ink, palette } from "./chart-style.ts";

export interface Curve {
  /** File name without ending, and the heading in the report. */
  readonly name: string;
  readonly svg: string;
}

interface Point {
  /** Optimiser steps over all stages. */
  readonly step: number;
  readonly value: number;
  readonly series: string;
  readonly seed: number;
}

/** One curve for the total, each loss term and each metric. Vega is loaded on first use. */
export async function drawCurves(rows: readonly MetricsRow[]): Promise<readonly Curve[]> {
  const offsets = stageOffsets(rows);
  const names = curveNames(rows);
  // one order for all pictures, so that a part has the same colour in each
  const series = ["train", ...new Set(rows.flatMap((row) => (row.kind === "epoch" ? Object.keys(row.metrics) : [])))];
  const { compile } = await import("vega-lite");
  const { parse, View } = await import("vega");
  const curves: Curve[] = [];
  for (const name of names) {
    const points = pointsOf(rows, name, offsets);
    if (points.epochs.length + points.steps.length === 0) continue;
    const view = new View(parse(compile(chart(points, series)).spec), { renderer: "none" });
    curves.push({ name, svg: await view.toSVG() });
    view.finalize();
  }
  return curves;
}

/** Steps of the stages before each stage, by seed and stage name. */
function stageOffsets(rows: readonly MetricsRow[]): ReadonlyMap<string, number> {
  const last = new Map<string, Map<string, number>>();
  for (const row of rows) {
    if (row.kind === "test") continue;
    const stages = last.get(String(row.seed)) ?? new Map<string, number>();
    stages.set(row.stage, Math.max(row.step, stages.get(row.stage) ?? 0));
    last.set(String(row.seed), stages);
  }
  const offsets = new Map<string, number>();
  for (const [seed, stages] of last) {
    let before = 0;
    for (const [stage, steps] of stages) {
      offsets.set(`${seed} ${stage}`, before);
      before += steps;
    }
  }
  return offsets;
}

/** `total`, then loss terms, then metrics, each once. */
function curveNames(rows: readonly MetricsRow[]): readonly string[] {
  const losses = new Set<string>();
  const metrics = new Set<string>();
  for (const row of rows) {
    if (row.kind !== "epoch") continue;
    for (const name of Object.keys(row.losses)) losses.add(`loss.${name}`);
    for (const values of Object.values(row.metrics)) for (const name of Object.keys(values)) metrics.add(name);
  }
  return [...new Set(["total", ...(losses.size > 1 ? losses : []), ...metrics])];
}

function pointsOf(rows: readonly MetricsRow[], name: string, offsets: ReadonlyMap<string, number>) {
  const steps: Point[] = [];
  const epochs: Point[] = [];
  const add = (
    target: Point[],
    row: { seed: number; stage: string; step: number },
    series: string,
    value: number | null | undefined,
  ): void => {
    if (value === null || value === undefined) return;
    target.push({ step: row.step + (offsets.get(`${row.seed} ${row.stage}`) ?? 0), value, series, seed: row.seed });
  };
  const trained = (row: { total: number; losses: Readonly<Record<string, number | null>> }): number | null | undefined =>
    name === "total" ? row.total : name.startsWith("loss.") ? row.losses[name.slice(5)] : undefined;
  for (const row of rows) {
    if (row.kind === "step") add(steps, row, "train", trained(row));
    if (row.kind !== "epoch") continue;
    add(epochs, row, "train", trained(row));
    for (const [part, values] of Object.entries(row.metrics)) add(epochs, row, part, values[name]);
  }
  return { steps, epochs };
}

function chart(
  { steps, epochs }: { readonly steps: readonly Point[]; readonly epochs: readonly Point[] },
  series: readonly string[],
): TopLevelSpec {
  const drawn = new Set([...steps, ...epochs].map((point) => point.series));
  const legend = drawn.size > 1 ? { values: [...drawn] } : null;
  const colours = { domain: [...series], range: series.map((_, index) => palette[index % palette.length] ?? ink) };
  const encoding = {
    x: { field: "step", type: "quantitative", title: "step", axis: { grid: false } },
    y: { field: "value", type: "quantitative", title: null, scale: { zero: false } },
    color: { field: "series", type: "nominal", scale: colours, legend },
    detail: { field: "seed", type: "nominal" },
  } as const;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: 300,
    height: 160,
    padding: 4,
    config: chartConfig,
    layer: [
      { data: { values: [...steps] }, mark: { type: "line", strokeWidth: 1, opacity: 0.3 }, encoding },
      {
        data: { values: [...epochs] },
        mark: { type: "line", strokeWidth: 1.8, point: epochs.length < 30 ? { size: 14 } : false },
        encoding,
      },
    ],
  };
}
