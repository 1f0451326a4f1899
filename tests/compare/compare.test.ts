// `mmx compare` on real runs: seeds of one configuration taken together, sweeps, what is left out, files written.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mmx } from "../cli/command.ts";

let folder = "";
const here = (...argv: string[]) => mmx(argv, { folder, environment: { ...process.env, MMX_THREADS: "1" } });
const quick = ["--set", "stage.main.epochs=1", "--backend", "cpu"];
const train = (seed: string, out: string, ...more: string[]) =>
  here("train", "model.mmx", ...quick, "--seed", seed, "--seeds", "1", "--out", join(folder, out), ...more);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mmx-compare-"));
  await here("init", ".");
  await here("data", "synth", "model.mmx", "--samples", "60", "--size", "Ft=4", "--size", "Fa=3");
  await train("1", "narrow-1", "--set", "D=4");
  await train("2", "narrow-2", "--set", "D=4");
  await train("1", "wide-1", "--set", "D=8");
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("mmx compare", () => {
  test("groups runs that differ in their seed alone, named by what tells them apart", async () => {
    const { exit, out, error } = await here("compare", "narrow-1", "narrow-2", "wide-1", "--metrics", "mae");
    expect([exit, error]).toEqual([0, ""]);
    expect(out).toMatch(/^all inputs; over 1 or 2 seeds\n\s+mae ↓\n {2}D = 4 {2}\d\.\d{3} ± \d\.\d{3}\n {2}D = 8 +\d\.\d{3}\n/);
    expect(out).toContain("mae ↓ by the modalities kept");
  });

  test("a mean is that of the runs' own numbers", async () => {
    const of = async (run: string): Promise<number> => {
      const rows = readFileSync(join(folder, run, "metrics.jsonl"), "utf8")
        .trimEnd()
        .split("\n");
      return (JSON.parse(rows.at(-1) ?? "") as { metrics: { mae: number } }).metrics.mae;
    };
    const { out } = await here("compare", "narrow-1", "narrow-2", "--by", "metric", "--metrics", "mae", "--format", "csv");
    const mean = Number(out.split("\n")[1]?.split(",")[4]);
    expect(mean).toBeCloseTo(((await of("narrow-1")) + (await of("narrow-2"))) / 2, 12);
  });

  test("the same seed twice counts once, and is said", async () => {
    const { out, error } = await here("compare", "narrow-1", "narrow-1", "--by", "metric", "--json");
    expect(error).toMatch(/narrow-1: seed 1 of this configuration is there already; counted once/);
    expect((JSON.parse(out) as { groups: { seeds: unknown[] }[] }).groups.map(({ seeds }) => seeds.length)).toEqual([1]);
  });

  test("--out writes every format", async () => {
    const { out } = await here("compare", "narrow-1", "wide-1", "--out", "tables");
    expect(readdirSync(join(folder, "tables")).toSorted()).toEqual(["tables.csv", "tables.md", "tables.tex", "tables.txt"]);
    expect(out).toContain(join("tables", "tables.tex"));
  });

  test("eval --missing hides what it is told to, repeats itself, and draws as often as asked", async () => {
    const evaluated = async (...more: string[]) => {
      const { exit, out, error } = await here("eval", "wide-1", "--backend", "cpu", ...more);
      expect([exit, error]).toEqual([0, ""]);
      return out;
    };
    const rates = await evaluated("--missing", "rates", ".1-.3", "--format", "csv");
    const columns = rates.split("\n").filter((line) => line.includes("by the share") && line.includes(",mae,"));
    expect(columns.map((line) => line.split(",")[2])).toEqual(["0%", "10%", "20%", "30%", "mean of 10%–30%"]);
    expect(await evaluated("--missing", "rates", ".1-.3", "--format", "csv")).toBe(rates);
    expect(await evaluated("--missing", "rates", ".1-.3", "--format", "csv", "--draws", "3")).not.toBe(rates);
    // On subsets nothing is drawn and this model has no noise, so the training's own test is repeated to the bit.
    const { seeds } = JSON.parse(await evaluated("--missing", "subsets", "--json", "--draws", "2")) as {
      seeds: { missing: { condition: string; metrics: { mae: number } }[] }[];
    };
    const rows = readFileSync(join(folder, "wide-1", "metrics.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    const { missing } = JSON.parse(rows.at(-1) ?? "") as { missing: { condition: string; metrics: { mae: number } }[] };
    expect(missing.length).toBeGreaterThan(1);
    for (const { condition, metrics } of missing)
      expect(seeds[0]?.missing.find((row) => row.condition === condition)?.metrics.mae).toBeCloseTo(metrics.mae, 12);
    expect(await here("eval", "wide-1", "--missing", "rate")).toMatchObject({
      exit: 2,
      error: expect.stringContaining("--missing rate: rates or subsets are wanted"),
    });
  });

  test("what is no run, and tables that the runs cannot fill", async () => {
    expect(await here("compare", "nowhere")).toMatchObject({
      exit: 3,
      error: expect.stringContaining("is no run: it has no run.json"),
    });
    expect(await here("compare", "wide-1", "--by", "rate")).toMatchObject({
      exit: 3,
      error: expect.stringContaining("missing: rates"),
    });
    expect(await here("compare", "wide-1", "--metrics", "f1")).toMatchObject({
      exit: 3,
      error: expect.stringContaining("no metric f1"),
    });
  });
});
