// A metric over the share of modalities missing, a line a configuration with a band of one standard deviation over the seeds: the
// figure that papers on incomplete modalities print.
import type { TopLevelSpec } from "vega-lite";
import { cellTexts, type Table } from "../tables/table.ts";
import { chartConfig, ink, palette } from "./chart-style.ts";

interface Point {
  readonly rate: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly row: string;
}

/** The SVG of a table by rate; undefined for a table that has no such columns. Vega is loaded on first use. */
export async function drawMissingCurve(table: Table): Promise<string | undefined> {
  const points = pointsOf(table);
  if (points.length === 0) return undefined;
  const { compile } = await import("vega-lite");
  const { parse, View } = await import("vega");
  const view = new View(parse(compile(chart(table, points)).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

/** Columns that are no rate, such as the mean over them, are left out. */
function pointsOf(table: Table): readonly Point[] {
  return table.columns.flatMap(({ name, metric }, at) => {
    const rate = /^([\d.]+)%$/.exec(name)?.[1];
    if (rate === undefined) return [];
    return table.rows.flatMap((row) => {
      const cell = row.cells[at];
      if (cell === null || cell === undefined) return [];
      // in the units that the table prints
      const factor = Number(cellTexts({ mean: 1, deviation: undefined, count: 1 }, metric).mean);
      const spread = cell.deviation ?? 0;
      const [mean, low, high] = [cell.mean, cell.mean - spread, cell.mean + spread].map((value) => value * factor);
      return [{ rate: Number(rate), mean: mean ?? 0, low: low ?? 0, high: high ?? 0, row: row.name }];
    });
  });
}

function chart(table: Table, points: readonly Point[]): TopLevelSpec {
  const rows = table.rows.map(({ name }) => name);
  const colours = { domain: [...rows], range: rows.map((_, index) => palette[index % palette.length] ?? ink) };
  const legend = rows.length > 1 ? { values: [...rows], columns: 1, labelLimit: 400, symbolOpacity: 1 } : null;
  const x = { field: "rate", type: "quantitative", title: "modalities missing (%)", axis: { grid: false } } as const;
  const color = { field: "row", type: "nominal", scale: colours, legend } as const;
  const scale = { zero: false } as const;
  const metric = table.title.split(" by ")[0] ?? table.title;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    width: 340,
    height: 220,
    padding: 4,
    config: chartConfig,
    data: { values: [...points] },
    layer: [
      {
        mark: { type: "area", opacity: 0.15 },
        encoding: { x, y: { field: "low", type: "quantitative", title: metric, scale }, y2: { field: "high" }, color },
      },
      {
        mark: { type: "line", strokeWidth: 1.8, point: { size: 18 } },
        encoding: { x, y: { field: "mean", type: "quantitative", title: metric, scale }, color },
      },
    ],
  };
}
