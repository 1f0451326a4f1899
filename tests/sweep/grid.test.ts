// What a sweep trains: combinations, names, seeds.
import { describe, expect, test } from "vitest";
import { configurationsOf, folderName, seedList, splitValues } from "../../src/runtime/sweep/grid.ts";
import { mergeSweep, type SweepRequest } from "../../src/runtime/sweep/sweep-index.ts";

describe("configurations", () => {
  test("every variant with every combination, the last setting changing fastest", () => {
    const grid = {
      variants: { whole: {}, "no alignment": { mu: "0" } },
      values: { D: ["32", "64"], tau: ["0.1", "1"], seed: ["7"] },
    };
    const all = configurationsOf(grid);
    expect(all.map(({ name }) => name)).toEqual([
      "whole, D = 32, tau = 0.1",
      "whole, D = 32, tau = 1",
      "whole, D = 64, tau = 0.1",
      "whole, D = 64, tau = 1",
      "no alignment, D = 32, tau = 0.1",
      "no alignment, D = 32, tau = 1",
      "no alignment, D = 64, tau = 0.1",
      "no alignment, D = 64, tau = 1",
    ]);
    expect(all[7]?.overrides).toEqual({ D: "64", tau: "1", seed: "7", mu: "0" });
  });

  test("without anything to set there is the spec as it stands", () => {
    expect(configurationsOf({ values: {} })).toEqual([{ name: "the spec", overrides: {} }]);
  });

  test("a setting may not come from two sides", () => {
    expect(() => configurationsOf({ variants: { a: { D: "1" } }, values: { D: ["2"] } })).toThrow(/D is set by the variant “a”/);
  });
});

describe("command line", () => {
  test("commas inside brackets and quotes separate nothing", () => {
    expect(splitValues('adam(lr: 1, decay: 0), sgd(lr: [1, 2]),"a,b"')).toEqual([
      "adam(lr: 1, decay: 0)",
      "sgd(lr: [1, 2])",
      '"a,b"',
    ]);
    expect(splitValues("1")).toEqual(["1"]);
  });

  test("seeds are numbers and ranges, each once", () => {
    expect(seedList("1-3, 7,2")).toEqual([1, 2, 3, 7]);
    expect(["", "1-", "3-1", "a", "1.5", "-1", "0-99999"].map(seedList)).toEqual(Array(7).fill(undefined));
  });

  test("folder names hold nothing that a file system would mind", () => {
    expect(folderName("no alignment, D = 64")).toBe("no-alignment-D=64");
    expect(folderName("../a/b: {x}")).toBe("a-b-x");
    expect(folderName("///")).toBe("spec");
  });
});

describe("the index", () => {
  const request: SweepRequest = {
    spec: { path: "a.mmx", sha256: "a".repeat(64) },
    data: {},
    configurations: [
      { name: "D: 1", overrides: { D: "1" } },
      { name: "D 1", overrides: { D: "2" } },
    ],
    seeds: [1, 2],
  };

  test("two names that would share a folder have their own", () => {
    const folders = mergeSweep(undefined, request, "out").runs.map(({ folder }) => folder);
    expect(folders).toEqual(["D-1/seed-1", "D-1/seed-2", "D-1-2/seed-1", "D-1-2/seed-2"]);
  });

  test("more seeds keep what is there", () => {
    const first = mergeSweep(undefined, request, "out");
    const done = { ...first, runs: first.runs.map((run) => ({ ...run, status: "done" as const, test: { mae: 1 } })) };
    const more = mergeSweep(done, { ...request, seeds: [2, 3] }, "out");
    expect(more.runs.slice(0, 4)).toEqual(done.runs);
    expect(more.runs.slice(4).map(({ folder, status }) => [folder, status])).toEqual([
      ["D-1/seed-3", "waiting"],
      ["D-1-2/seed-3", "waiting"],
    ]);
  });

  test("another spec, other data and other settings under a known name are refused", () => {
    const before = mergeSweep(undefined, request, "out");
    const spec = { path: "a.mmx", sha256: "b".repeat(64) };
    expect(() => mergeSweep(before, { ...request, spec }, "out")).toThrow(/another text of a\.mmx/);
    expect(() => mergeSweep(before, { ...request, data: { a: "b" } }, "out")).toThrow(/other data \(nothing\)/);
    const configurations = [{ name: "D 1", overrides: { D: "3" } }];
    expect(() => mergeSweep(before, { ...request, configurations }, "out")).toThrow(/“D 1” .* set D = 2, not D = 3/);
  });
});
