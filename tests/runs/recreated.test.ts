// What a person does with runs, through the command line: a run directory recreates its run, several seeds are summed up, a
// value that is not finite is traced to its line.
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compareRuns } from "../../scripts/kill-test/compare.ts";
import { inFolder, mmx } from "../cli/command.ts";

const spec = `mmx 1
data clips {
  file "clips.npz"
  text:  f32[B, 3]
  audio: f32[B, 2] optional
  mood:  target f32[B] in -3 .. 3
  split random { train: 80%, test: 20% } seed 1
}
model Pair(clip: clips) {
  shared = clip.text |> Linear(4) |> tanh() |> dropout(0.1)
  score = (shared + (clip.audio |> Linear(4) else 0)) |> Linear(1) |> squeeze()
  predict mood = score
  loss task = mae(score, clip.mood)
}
train Pair on clips {
  batch: 16
  stage only { epochs: 2, minimize: task, optimizer: adam(lr: 1e-2), drop: { audio: 20% } }
}
evaluate Pair on clips.test { metrics: [mae], seeds: 2 }
`;

interface Done {
  readonly event: string;
  readonly test: { readonly mae: { readonly mean: number; readonly std: number } };
}

const lastEvent = (out: string): Done => JSON.parse(out.trimEnd().split("\n").at(-1) ?? "") as Done;

test("run.json and the data are enough to train the same again; two seeds give a mean and a deviation", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "pair.mmx"), spec);
    expect((await mmx(["data", "synth", "pair.mmx", "--samples", "60"], { folder })).exit).toBe(0);
    const first = join(folder, "first");
    const started = ["train", "pair.mmx", "--set", "train.batch=12", "--seed", "4", "--backend", "cpu", "--json"];
    const trained = await mmx([...started, "--out", first], { folder });
    expect(trained.exit, trained.error).toBe(0);
    const { event, test } = lastEvent(trained.out);
    expect(event).toBe("done");
    const rows = readFileSync(join(first, "metrics.jsonl"), "utf8").trimEnd().split("\n");
    const values = rows.map((row) => JSON.parse(row)).flatMap((row) => (row.kind === "test" ? [row.metrics.mae as number] : []));
    const [one = Number.NaN, two = Number.NaN] = values;
    expect(values).toHaveLength(2);
    expect(test.mae.mean).toBeCloseTo((one + two) / 2, 12);
    expect(test.mae.std).toBeCloseTo(Math.abs(one - two) / Math.SQRT2, 12);

    writeFileSync(join(folder, "pair.mmx"), "mmx 1\n// written over since\n");
    const again = join(folder, "again");
    cpSync(join(first, "run.json"), join(again, "run.json"));
    const repeated = await mmx(["train", "--resume", again, "--json"], { folder });
    expect(repeated.exit, repeated.error).toBe(0);
    expect(lastEvent(repeated.out).test).toEqual(test);
    for (const seed of ["seed-4", "seed-5"]) expect(await compareRuns(again, first, [`${seed}/last`])).toEqual([]);
  }));

test("a logarithm of a negative number stops the training and is traced to its line", () =>
  inFolder(async (folder) => {
    const text = spec.replace("|> squeeze()\n", "|> squeeze()\n  safe = log(score - 100)\n").replace("mae(score,", "mae(safe,");
    writeFileSync(join(folder, "pair.mmx"), text);
    expect((await mmx(["data", "synth", "pair.mmx", "--samples", "60"], { folder })).exit).toBe(0);
    const { exit, error } = await mmx(["train", "pair.mmx", "--backend", "cpu", "--out", join(folder, "run")], { folder });
    expect(exit).toBe(3);
    expect(error).toMatch(/error: training stopped: the loss is no longer finite \(stage only, epoch 1, step 1, seed \d+\)/);
    expect(error).toMatch(/pair\.mmx:12:\d+ .*\n *12 │ {3}safe = log\(score - 100\)\n/);
    expect(error).toMatch(/log gave 16 NaN of 16 values/);
    expect(error).toContain("Keep the argument above 0");
    expect(error).not.toMatch(/\n\s+at .*\.ts/);
  }));
