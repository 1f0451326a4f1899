// The report and its curves: self-contained, escaped, complete.
import { describe, expect, test } from "vitest";
import { drawCurves } from "../../src/runtime/report/curves.ts";
import { showNumber } from "../../src/runtime/report/html.ts";
import { type ReportContent, renderReport } from "../../src/runtime/report/report.ts";
import type { MetricsRow } from "../../src/runtime/train/metrics-log.ts";
import type { RunConfig } from "../../src/runtime/train/run-directory.ts";
import { tinySpec, tinyText } from "../train/tiny-spec.ts";

const seeds = [7, 8];

const rows: readonly MetricsRow[] = seeds.flatMap((seed) => [
  ...["warm", "main"].flatMap((stage) =>
    [1, 2, 3].flatMap((epoch): MetricsRow[] => {
      const shared = { seed, stage, epoch, step: epoch * 2, total: 1 / epoch, losses: { task: 1 / epoch, align: 2 / epoch } };
      const valid = { mae: 0.5 / epoch, pearson: epoch === 1 ? null : 0.9 };
      return [
        { kind: "step", ...shared, gradientNorm: 1, rate: 1 },
        { kind: "epoch", ...shared, metrics: { valid } },
      ];
    }),
  ),
  { kind: "test", seed, split: "test", metrics: { mae: seed / 10, pearson: null }, missing: [] } satisfies MetricsRow,
]);

const config: RunConfig = {
  format: "mmx-run",
  version: 1,
  created: "2025-01-31T14:25:01.000Z",
  spec: { path: "specs/tiny.mmx", files: [{ path: "specs/tiny.mmx", text: `${tinyText}// <script>alert("&")</script>\n` }] },
  overrides: { tau: "0.2" },
  model: "Tiny",
  seeds,
  executor: "tfjs-cpu",
  planHash: "a".repeat(64),
  versions: { mmx: "0.1.0", node: "20.20.2" },
  data: { toy: { path: "toy <1>.npz", sha256: "b".repeat(64), parts: { train: 41, test: 8 } } },
  sizes: { F: 3, samples: 41 },
  parameters: 28,
};

const content: ReportContent = {
  config,
  spec: tinySpec(),
  rows,
  test: { mae: { mean: 0.75, std: 0.0707 }, pearson: null },
  missing: [
    { protocol: "subsets", condition: "{z}", metrics: { mae: { mean: 0.8, std: 0.1 }, pearson: null, "loss.task": 1 } },
    { protocol: "rates", condition: "30%", metrics: { mae: { mean: 0.9, std: 0.2 }, pearson: null, "loss.task": 1 } },
  ],
  curves: [{ name: "total", svg: '<svg id="curve"></svg>' }],
};

describe("the report", () => {
  const html = renderReport(content);

  test("needs nothing from outside", () => {
    expect(html).not.toMatch(/https?:|(?:src|href)=|@import|url\(|<script/);
  });

  test("escapes what comes from files", () => {
    expect(html).toContain("&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;");
    expect(html).toContain("toy &lt;1&gt;.npz");
  });

  test("holds the spec, results by seed and in sum, missing conditions, data, weights and environment", () => {
    for (const piece of [
      "model Tiny(clip: toy)",
      '0.7500<span class="spread"> ± 0.0707</span>',
      "seed 7</th>",
      "0.7000</td>",
      "{z}</td>",
      "share missing</th>",
      "30%</td>",
      "train 41, test 8",
      "Tiny/In.weight",
      "3 × 4",
      "tau = 0.2",
      "20.20.2",
      '<svg id="curve">',
    ]) {
      expect(html, piece).toContain(piece);
    }
  });

  test("every element that opens closes", () => {
    const open: string[] = [];
    for (const [, closing, name] of html.matchAll(/<(\/?)([a-z0-9]+)[^>]*>/g)) {
      if (name === undefined || name === "meta" || name === "doctype") continue;
      if (closing === "/") expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });
});

describe("the curves", () => {
  test("one for the total, each loss and each metric; valid curves where there are values", async () => {
    const curves = await drawCurves(rows);
    expect(curves.map((curve) => curve.name)).toEqual(["total", "loss.task", "loss.align", "mae", "pearson"]);
    for (const { svg } of curves) {
      expect(svg).toMatch(/^<svg .*<\/svg>$/s);
      expect(svg).not.toMatch(/NaN|undefined/);
      expect(svg).toContain("currentColor");
    }
  });

  test("steps of later stages stand after those of earlier ones", async () => {
    const [total] = await drawCurves(rows);
    // two stages of six steps each: the axis reaches 12
    expect(total?.svg).toMatch(/>12<\/text>/);
  });

  test("a run without an epoch has none", async () => {
    expect(await drawCurves([])).toEqual([]);
  });
});

test("numbers in tables", () => {
  expect([0.12345, 12.3456, 123.456, 1e-7, 3, 0, -0.5, null].map(showNumber)).toEqual([
    "0.1235",
    "12.35",
    "123.5",
    "1.00e-7",
    "3",
    "0",
    "-0.5000",
    "–",
  ]);
});
