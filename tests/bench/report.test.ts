// The benchmark's arithmetic and its report: medians and ratios of interleaved rounds, the aims, what could not be measured.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

interface Summary {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly fastest: number;
  readonly rounds: readonly number[];
}

interface Library {
  quantile(values: readonly number[], share: number): number;
  summary(rounds: readonly (readonly number[])[]): Summary;
  ratio(one: Summary, other: Summary): { readonly median: number };
  report(results: object, style?: string): string;
  readOptions(argv: readonly string[]): object;
  pointsOf(options: object): readonly { readonly model: string; readonly every: boolean }[];
  reason(message: string): string;
}

const load = async (file: string): Promise<Library> =>
  (await import(pathToFileURL(join(import.meta.dirname, "../../bench/lib", file)).href)) as Library;

describe("statistics", () => {
  let library: Library;
  beforeAll(async () => {
    library = await load("statistics.mjs");
  });

  it("interpolates quantiles", () => {
    expect(library.quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(library.quantile([5], 0.25)).toBe(5);
  });

  it("takes the median of the rounds' medians, so that one disturbed round changes little", () => {
    const found = library.summary([
      [1, 2, 3],
      [2, 2, 90],
      [70, 80, 90],
    ]);
    expect(found).toMatchObject({ median: 2, fastest: 1, rounds: [2, 2, 80] });
  });

  it("compares round by round", () => {
    const one = library.summary([[2], [20], [6]]);
    const other = library.summary([[1], [10], [2]]);
    expect(library.ratio(one, other).median).toBe(2);
  });
});

describe("the report", () => {
  const machine = { processor: "a processor", cores: 2, memory: "4 GiB", node: "v20" };
  const entry = (key: string, threads: number, milliseconds: number) => ({
    key,
    label: key,
    threads,
    median: milliseconds,
    low: milliseconds,
    high: milliseconds,
    fastest: milliseconds,
    rounds: [milliseconds],
    losses: [1, 0.5],
    lossError: 1e-7,
    lossAgrees: true,
    compile: { total: 900 },
    peakMegabytes: 100,
    ownMegabytes: 50,
  });
  const point = {
    model: "reference",
    batch: 64,
    width: 64,
    date: "2025-01-01 00:00",
    commit: "abc",
    load: 0.1,
    command: "npm run bench",
    implementations: [
      entry("mmx wasm x1", 1, 100),
      entry("mmx wasm x2", 2, 55),
      entry("torch x1", 1, 80),
      { key: "jax-js x1", label: "jax-js", threads: 1, absent: "not installed (@jax-js/jax)" },
    ],
  };

  it("says which aims are reached, which not and which were not measured", async () => {
    const { report } = await load("report.mjs");
    const text = report({ machine, points: [point] });
    const aim = (start: string): string | undefined => text.split("\n").find((line) => line.startsWith(start));
    expect(aim("| `wasm`: two threads against one")).toContain("0.55 (0.55 to 0.55) | yes");
    expect(aim("| `wasm` against PyTorch eager, 1 thread | reference, batch 64")).toContain("1.25 (1.25 to 1.25) | yes");
    expect(aim("| `wasm` against jax-js")).toContain("not measured");
    expect(aim("| `wasm`: spec read to first step done")).toContain("900 | yes");
    expect(text).toContain("the first losses' bits with 1 and 2 threads | reference, batch 64 | | equal");
  });

  it("names what is missing", async () => {
    const { report } = await load("report.mjs");
    expect(report({ machine, points: [point] })).toContain("Not measured: jax-js x1: not installed (@jax-js/jax).");
  });
});

describe("the command line", () => {
  it("measures headline points with all peers and the grid with PyTorch alone", async () => {
    const { readOptions, pointsOf } = await load("options.mjs");
    const points = pointsOf(readOptions(["--models", "tiny", "--batches", "8,32", "--widths", "32"]));
    expect(points.map(({ every }) => every)).toEqual([true, false]);
    expect(pointsOf(readOptions(["--point", "cyin:4:16"]))).toEqual([{ model: "cyin", batch: 4, width: 16, every: true }]);
    expect(() => readOptions(["--point", "cyin"])).toThrow("MODEL:BATCH:WIDTH");
  });

  it("tells a missing package from a failure", async () => {
    const { reason } = await load("child.mjs");
    expect(reason("Traceback\nModuleNotFoundError: No module named 'jax'")).toBe("not installed (jax)");
    expect(reason("spawn python9 ENOENT")).toContain("not installed");
    expect(reason("x\nValueError: odd")).toBe("ValueError: odd");
  });
});
