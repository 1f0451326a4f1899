// Tables over runs: grouping, means and spreads worked out by hand, the best marked, every format.
import { describe, expect, test } from "vitest";
import { drawMissingCurve } from "../../src/runtime/report/missing-curves.ts";
import type { Group } from "../../src/runtime/tables/results.ts";
import { bestOf, kindsOf, measure, metricNames, tablesOf } from "../../src/runtime/tables/table.ts";
import { writeTables } from "../../src/runtime/tables/write.ts";
import type { ConditionResult, MetricValues } from "../../src/runtime/train/events.ts";

const rate = (condition: string, accuracy: number): ConditionResult<MetricValues> => ({
  protocol: "rates",
  condition,
  metrics: { accuracy, mae: 1 },
});
const kept = (condition: string, accuracy: number): ConditionResult<MetricValues> => ({
  protocol: "subsets",
  condition,
  metrics: { accuracy, mae: 1 },
});

/** Accuracies of all inputs, 10 % and 70 % missing, audio alone. */
const group = (name: string, values: readonly (readonly [number, number, number, number])[]): Group => ({
  name,
  sweep: name,
  seeds: values.map(([all, low, high, audio], seed) => ({
    seed,
    metrics: { accuracy: all, mae: 0.5, pearson: seed === 0 ? null : 1, "loss.task": 2 },
    missing: [rate("10%", low), rate("70%", high), kept("{audio, text}", all), kept("{audio}", audio), kept("{}", 0)],
  })),
});

const groups = [
  group("zero fill", [
    [0.9, 0.8, 0.4, 0.5],
    [0.8, 0.7, 0.3, 0.4],
  ]),
  group("CyIN_1 & more", [
    [0.85, 0.8, 0.6, 0.5],
    [0.85, 0.8, 0.6, 0.5],
  ]),
];

describe("tables", () => {
  test("mean and deviation with n - 1; one seed has none, an absent value makes the cell empty", () => {
    expect(measure([1, 2, 3])).toEqual({ mean: 2, deviation: 1, count: 3 });
    expect(measure([2])).toEqual({ mean: 2, deviation: undefined, count: 1 });
    expect([measure([1, null]), measure([]), measure([undefined])]).toEqual([null, null, null]);
  });

  test("metrics, losses left out", () => {
    expect(metricNames(groups)).toEqual(["accuracy", "mae", "pearson"]);
    const [table] = tablesOf("metric", groups, ["accuracy", "mae", "pearson"]);
    expect(table?.columns.map(({ name }) => name)).toEqual(["accuracy ↑", "mae ↓", "pearson ↑"]);
    expect(table?.rows[0]?.cells[0]?.mean).toBeCloseTo(0.85, 12);
    expect(table?.rows[0]?.cells[0]?.deviation).toBeCloseTo(Math.sqrt(0.005), 12);
    expect(table?.rows[0]?.cells[2]).toBeNull();
  });

  test("by rate, with the mean taken seed by seed over what is missing", () => {
    const [table] = tablesOf("rate", groups, ["accuracy"]);
    expect(table?.columns.map(({ name }) => name)).toEqual(["0%", "10%", "70%", "mean of 10%–70%"]);
    const last = table?.rows[0]?.cells[3];
    // seeds: (.8 + .4) / 2 and (.7 + .3) / 2
    expect(last?.mean).toBeCloseTo(0.55, 12);
    expect(last?.deviation).toBeCloseTo(Math.sqrt(0.005), 12);
  });

  test("by subset, the full set being no condition of its own", () => {
    const [table] = tablesOf("subset", groups, ["accuracy"]);
    expect(table?.columns.map(({ name }) => name)).toEqual(["all inputs", "{audio}", "{}", "mean of the sets"]);
    expect(table?.rows[0]?.cells[3]?.mean).toBeCloseTo((0.5 + 0.4) / 4, 12);
  });

  test("many subsets are taken together by their size", () => {
    const names = ["a", "b", "c", "d"];
    const all = Array.from({ length: 15 }, (_, at) => names.filter((_, bit) => ((at + 1) >> bit) % 2 === 1));
    const missing = all.map((set) => kept(`{${set.join(", ")}}`, set.length / 4));
    const [table] = tablesOf(
      "subset",
      [{ name: "x", sweep: "x", seeds: [{ seed: 1, metrics: { accuracy: 1 }, missing }] }],
      ["accuracy"],
    );
    expect(table?.columns.map(({ name }) => name)).toEqual(["all inputs", "3 of 4", "2 of 4", "1 of 4", "mean of 14 sets"]);
    expect(table?.rows[0]?.cells.map((cell) => cell?.mean)).toEqual([1, 0.75, 0.5, 0.25, (4 * 0.75 + 6 * 0.5 + 4 * 0.25) / 14]);
  });

  test("by sweep, the mean over sweeps for each seed", () => {
    const [first, second] = groups as [Group, Group];
    const sweeps = [
      { ...first, name: "plain (amazon)", sweep: "amazon" },
      { ...second, name: "plain (dslr)", sweep: "dslr" },
    ];
    const [table] = tablesOf("sweep", sweeps, ["accuracy"]);
    expect(table?.rows.map(({ name }) => name)).toEqual(["plain"]);
    // seeds: (.9 + .85) / 2 and (.8 + .85) / 2
    expect(table?.rows[0]?.cells.map((cell) => cell?.mean)).toEqual([0.85, 0.85, 0.85].map((value) => expect.closeTo(value, 12)));
    expect(table?.rows[0]?.cells[2]?.deviation).toBeCloseTo(Math.sqrt(2 * 0.025 ** 2), 12);
  });

  test("what the results lack is said", () => {
    expect(() => tablesOf("metric", groups, ["f1"])).toThrow("the results have no metric f1; they have accuracy, mae, pearson");
    const bare = groups.map((each) => ({ ...each, seeds: each.seeds.map((seed) => ({ ...seed, missing: [] })) }));
    expect(() => tablesOf("rate", bare, ["accuracy"])).toThrow(/none was tested with `missing: rates/);
    expect([kindsOf(bare), kindsOf(groups)]).toEqual([["metric"], ["metric", "rate", "subset"]]);
  });

  test("the best is marked by what is printed, in the metric's direction", () => {
    const [table] = tablesOf("metric", groups, ["accuracy", "mae"]);
    expect(table && bestOf(table, 0)).toEqual([true, true]);
    const [rates] = tablesOf("rate", groups, ["accuracy"]);
    expect(rates && bestOf(rates, 2)).toEqual([false, true]);
  });
});

describe("formats", () => {
  const tables = tablesOf("rate", groups, ["accuracy"]);

  test("text, aligned", () => {
    expect(writeTables(tables, "text")).toBe(
      [
        "accuracy ↑ by the share of modalities missing; mean ± standard deviation over 2 seeds",
        "                         0%         10%         70%  mean of 10%–70%",
        "  zero fill      85.0 ± 7.1  75.0 ± 7.1  35.0 ± 7.1       55.0 ± 7.1",
        "  CyIN_1 & more  85.0 ± 0.0  80.0 ± 0.0  60.0 ± 0.0       70.0 ± 0.0",
        "",
      ].join("\n"),
    );
  });

  test("markdown", () => {
    const text = writeTables(tables, "markdown");
    expect(text).toContain("\n| zero fill | **85.0 ± 7.1** | 75.0 ± 7.1 | 35.0 ± 7.1 | 55.0 ± 7.1 |\n");
    expect(text).toContain("\n| CyIN_1 & more | **85.0 ± 0.0** | **80.0 ± 0.0** |");
  });

  test("csv has full precision and quotes", () => {
    const [head, first] = writeTables(tablesOf("subset", groups, ["accuracy"]), "csv").split("\n");
    expect(head).toBe("table,row,column,metric,mean,deviation,seeds");
    expect(first).toMatch(/^accuracy ↑ by the modalities kept,zero fill,all inputs,accuracy,0\.85\d*,0\.0707\d+,2$/);
    expect(writeTables(tablesOf("subset", [group("a, b", [[1, 1, 1, 1]])], ["accuracy"]), "csv")).toContain(
      ',"a, b",all inputs,accuracy,1,,1',
    );
  });

  test("latex escapes what it would read", () => {
    const text = writeTables(tablesOf("subset", groups, ["accuracy"]), "latex");
    expect(text).toContain("CyIN\\_1 \\& more & \\textbf{85.0} {\\small$\\pm$ 0.0}");
    expect(text).toContain(" & all inputs & \\{audio\\} & \\{\\} & mean of the sets \\\\");
    expect(text).toContain("\\caption{accuracy $\\uparrow$ by the modalities kept; mean $\\pm$ standard deviation over 2 seeds}");
  });

  test("curves: a line and a band a row, only over rates", async () => {
    const [table] = tables;
    const svg = table === undefined ? undefined : await drawMissingCurve(table);
    expect(svg).toMatch(/^<svg[\s\S]*modalities missing \(%\)[\s\S]*<\/svg>$/);
    expect(svg).toContain("CyIN_1 &amp; more");
    const [metric] = tablesOf("metric", groups, ["accuracy"]);
    expect(metric && (await drawMissingCurve(metric))).toBeUndefined();
  });
});
