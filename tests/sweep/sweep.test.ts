// `mmx sweep` end to end, with real trainings in processes of their own: failures, an interrupted run, and going on.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSweep, type SweepIndex, writeSweep } from "../../src/runtime/sweep/sweep-index.ts";
import { mmx } from "../cli/command.ts";

let folder = "";
const here = (...argv: string[]) => mmx(argv, { folder, environment: { ...process.env, MMX_THREADS: "1" } });
const at = (...names: string[]): string => join(folder, ...names);
const index = (): Promise<SweepIndex> => readSweep(at("out"));

const grid = ["sweep", "model.mmx", "--set", "D=4,8", "--set", "stage.main.epochs=2", "--backend", "cpu", "--out", "out"];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mmx-sweep-"));
  await here("init", ".");
  await here("data", "synth", "model.mmx", "--samples", "60", "--size", "Ft=4", "--size", "Fa=3");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("mmx sweep", () => {
  test("trains every combination and seed, and is finished then", async () => {
    const { exit, out, error } = await here(...grid, "--seeds", "1-2", "--jobs", "2");
    expect([exit, error]).toEqual([0, ""]);
    expect(out).toMatch(/^4 trainings\n/);
    expect(out).toMatch(/4\/4 {2}D = [48], seed [12] {2}mae \d/);
    const { runs } = await index();
    expect(runs.map(({ configuration, seed, status }) => [configuration, seed, status])).toEqual([
      ["D = 4", 1, "done"],
      ["D = 4", 2, "done"],
      ["D = 8", 1, "done"],
      ["D = 8", 2, "done"],
    ]);
    expect(runs.every(({ test, folder: run }) => test?.mae !== undefined && existsSync(at("out", run, "report.html")))).toBe(
      true,
    );
  }, 120_000);

  test("what is done is not repeated, what was interrupted goes on, and a seed more is added", async () => {
    const before = await index();
    const kept = before.runs[0]?.folder ?? "";
    const reports = statSync(at("out", kept, "report.html")).mtimeMs;
    // As a sweep that was killed leaves it: one run without its account.
    const stopped = before.runs[1]?.folder ?? "";
    const runs = before.runs.map((run) => (run.folder === stopped ? { ...run, status: "running" as const, test: null } : run));
    await writeSweep({ ...before, runs }, at("out"));
    const { exit, out } = await here(...grid, "--seeds", "1-3", "--jobs", "2");
    expect(exit).toBe(0);
    expect(out).toMatch(/^6 trainings, 3 of them done already\n/);
    expect(statSync(at("out", kept, "report.html")).mtimeMs).toBe(reports);
    const after = await index();
    expect(after.runs).toHaveLength(6);
    expect(after.runs.every(({ status }) => status === "done")).toBe(true);
    // Going on gives the same bits, so the same result.
    expect(after.runs[1]?.test).toEqual(before.runs[1]?.test);
    expect(readFileSync(at("out", `${stopped}.log`), "utf8")).toContain("Going on with stage test");
  }, 120_000);

  test("a training that fails loses no other and says why", async () => {
    const text = readFileSync(at("model.mmx"), "utf8");
    writeFileSync(at("faulty.mmx"), text.replace("adamw(lr: 3e-3)", "adamw(lr: rate)").replace("dim D", "rate = 3e-3\ndim D"));
    const rates = ["sweep", "faulty.mmx", "--set", "rate=3e-3,1e39", "--seeds", "1", "--set", "stage.main.epochs=2"];
    const { exit, error, out } = await here(...rates, "--backend", "cpu", "--out", "faulty");
    expect(out).toContain("rate = 1e39, seed 1  failed: ");
    expect(exit).toBe(3);
    expect(error).toMatch(/1 of 2 trainings failed; the others are done\. The first, rate = 1e39, seed 1:\n/);
    expect(error).not.toMatch(/\n {4,}at /);
    const { runs } = await readSweep(at("faulty"));
    expect(runs.map(({ status }) => status)).toEqual(["done", "failed"]);
    expect(runs[1]?.problem).not.toBe("");
  }, 120_000);

  test("nothing starts where a configuration has an error, a spec changed or the index is damaged", async () => {
    const unknown = await here("sweep", "model.mmx", "--set", "E=1,2", "--out", "none");
    expect([unknown.exit, existsSync(at("none"))]).toEqual([1, false]);
    expect(unknown.error).toContain("MMX");
    const text = readFileSync(at("model.mmx"), "utf8");
    writeFileSync(at("model.mmx"), text.replace("gelu", "relu"));
    const changed = await here(...grid, "--seeds", "1");
    expect([changed.exit, changed.error]).toEqual([
      3,
      expect.stringMatching(/another text of .*model\.mmx\n {2}Give another folder/),
    ]);
    writeFileSync(at("model.mmx"), text);
    writeFileSync(at("out", "sweep.json"), '{"format": "mmx-sweep"}');
    const damaged = await here(...grid, "--seeds", "1");
    expect([damaged.exit, damaged.error]).toEqual([3, expect.stringMatching(/sweep\.json:1:1: the value lacks “version”/)]);
  }, 60_000);

  test("misread command lines", async () => {
    const bad = async (...argv: string[]) => (await here("sweep", "model.mmx", "--out", "x", ...argv)).error;
    expect(await bad("--seeds", "1-")).toContain("--seeds 1-: whole numbers and ranges are wanted");
    expect(await bad("--variant", "mu=0")).toContain("a name and a colon are wanted");
    expect(await bad("--set", "D=4,,8")).toContain("a value is empty");
    expect(await bad("--variant", "a: D=4", "--set", "D=8")).toContain("D is set by the variant “a” and by the grid");
  });
});
