// The trainer end to end on a real executor: it learns, writes a complete run, resumes to the same bits from any cut, and
// says where a value stopped being finite.
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { eventsSchema } from "../../src/compiler/schemas/events.schema.ts";
import { parseJson } from "../../src/compiler/schemas/validate.ts";
import type { Dataset } from "../../src/runtime/data/dataset.ts";
import type { Executor } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import { loadCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import type { TrainEvent } from "../../src/runtime/train/events.ts";
import { readMetrics } from "../../src/runtime/train/metrics-log.ts";
import type { Datasets } from "../../src/runtime/train/run-context.ts";
import { readRunConfig } from "../../src/runtime/train/run-directory.ts";
import { evaluateRun, openRun, predictRun } from "../../src/runtime/train/trained-run.ts";
import { type TrainOptions, type TrainResult, train } from "../../src/runtime/train/trainer.ts";
import { type TinyOptions, tinyDatasets, tinySpec } from "./tiny-spec.ts";

let datasets: Datasets;
let executor: Executor;
beforeAll(async () => {
  datasets = await tinyDatasets(tinySpec());
  executor = await tfjsExecutor("cpu");
});

function toyOf({ toy }: Datasets): Dataset {
  if (toy === undefined) throw new RangeError("no dataset toy");
  return toy;
}

const folder = (): Promise<string> => mkdtemp(join(tmpdir(), "mmx-run-"));

interface Run {
  readonly result: TrainResult;
  readonly events: readonly TrainEvent[];
  readonly run: string;
}

async function runTiny(tiny: TinyOptions, options: Partial<TrainOptions> = {}): Promise<Run> {
  const runDirectory = options.runDirectory ?? join(await folder(), "run");
  const events: TrainEvent[] = [];
  const onEvent = (event: TrainEvent): void => {
    events.push(event);
    options.onEvent?.(event);
  };
  const result = await train({ spec: tinySpec(tiny), datasets, executor, ...options, runDirectory, onEvent });
  return { result, events, run: runDirectory };
}

const last = (run: string): string => join(run, "checkpoints", "last.safetensors");

describe("a whole training", () => {
  test("learns, and leaves a run directory that holds everything", async () => {
    const { result, events, run } = await runTiny(
      { watch: true, epochs: 40 },
      { overrides: { D: "4" }, versions: { mmx: "0.0.0" } },
    );
    expect(result.status).toBe("done");
    expect(result.test.mae).toBeLessThan(0.5);
    expect(result.test.pearson).toBeGreaterThan(0.8);
    expect(result.missing.map((row) => `${row.protocol} ${row.condition}`)).toEqual([
      "subsets {x}",
      "subsets {x, z}",
      "rates 50%",
    ]);
    expect(result.missing[1]?.metrics).toEqual(result.test);
    expect(result.missing[0]?.metrics).not.toEqual(result.test);
    const config = await readRunConfig(run);
    expect(config).toMatchObject({
      model: "Tiny",
      seeds: [7],
      overrides: { D: "4" },
      sizes: { F: 3, samples: 41 },
      parameters: 28,
    });
    expect(config.data.toy?.parts).toEqual({ train: 41, valid: 8, test: 8 });
    for (const file of [
      "checkpoints/last.safetensors",
      "checkpoints/best.safetensors",
      "curves/total.svg",
      "curves/mae.svg",
      "report.html",
    ]) {
      expect(existsSync(join(run, file)), file).toBe(true);
    }
    const report = readFileSync(join(run, "report.html"), "utf8");
    expect(report).toContain("<svg");
    expect(report).not.toMatch(/(?:src|href)=|@import|url\(/);
    for (const event of events) await parseJson(eventsSchema, JSON.stringify(event), "event");
    const kinds = events.map((event) => event.event);
    expect(kinds[0]).toBe("run");
    expect(kinds.at(-1)).toBe("done");
    expect(kinds).toContain("early-stop");
  }, 60_000);

  test("plans are compiled once a shape: full batch and short batch, in each stage and in evaluation", async () => {
    let loads = 0;
    const counting: Executor = {
      name: executor.name,
      async open() {
        const session = await executor.open();
        return {
          ...session,
          load(plan) {
            loads += 1;
            return session.load(plan);
          },
        };
      },
    };
    await runTiny({ epochs: 5 }, { executor: counting });
    expect(loads).toBe(2 + 2 + 1);
  });

  test("several seeds give a mean and a standard deviation, and each its own checkpoints", async () => {
    const { result, run } = await runTiny({ seeds: 3 });
    const rows = (await readMetrics(join(run, "metrics.jsonl"))).filter((row) => row.kind === "test");
    const values = rows.map((row) => row.metrics.mae as number);
    const mean = values.reduce((sum, value) => sum + value, 0) / 3;
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
    expect(rows.map((row) => row.seed)).toEqual([7, 8, 9]);
    expect(result.test.mae).toEqual({ mean: expect.closeTo(mean, 12), std: expect.closeTo(std, 12) });
    expect(existsSync(join(run, "checkpoints/seed-9/last.safetensors"))).toBe(true);
  });

  test("best weights are those of the best epoch, and the run opened again gives the same test and predictions", async () => {
    const { result, events, run } = await runTiny({ watch: true, epochs: 30, learningRate: 0.2 });
    const epochs = events.filter((event) => event.event === "epoch" && event.stage === "main");
    const valid = epochs.map((event) => (event.event === "epoch" ? (event.metrics.valid?.mae as number) : Number.NaN));
    const end = events.find((event) => event.event === "stage-end" && event.stage === "main");
    expect(end).toMatchObject({
      kept: { epoch: valid.indexOf(Math.min(...valid)) + 1, on: "valid.mae", value: Math.min(...valid) },
    });
    const opened = await openRun(run);
    const spec = tinySpec({ watch: true, epochs: 30, learningRate: 0.2 });
    const again = await evaluateRun({ run: opened, spec, datasets, executor });
    expect(again.test).toEqual(result.test);
    expect(again.missing).toEqual(result.missing);
    const toy = toyOf(datasets);
    const [prediction] = await predictRun({
      run: opened,
      spec,
      executor,
      sources: [{ parameter: "clip", parts: [{ dataset: toy, part: "test" }] }],
    });
    const truth = [...(toy.parts.test ?? [])].map((row) => Number(toy.fields.get("y")?.values[row]));
    const values = prediction?.columns[0]?.values as Float32Array;
    const error = truth.reduce((sum, value, at) => sum + Math.abs(value - (values[at] ?? Number.NaN)), 0) / truth.length;
    expect(error).toBeCloseTo(result.test.mae as number, 6);
  });

  test("an empty folder is asked for", async () => {
    const { run } = await runTiny({ epochs: 1 });
    await expect(runTiny({ epochs: 1 }, { runDirectory: run })).rejects.toThrow(/already holds a run/);
  });
});

describe("resuming", () => {
  const tiny: TinyOptions = { watch: true, epochs: 4 };
  // 6 batches an epoch, 4 epochs of the first stage, 3 of the second until it stops early: steps 1 .. 42
  const cuts = [1, 2, 5, 6, 7, 11, 23, 24, 25, 30, 36, 41, 42];
  let whole: Run;
  beforeAll(async () => {
    whole = await runTiny(tiny);
  });

  test("the training compared with has the steps that the cuts assume", () => {
    expect(whole.events.filter((event) => event.event === "step")).toHaveLength(42);
  });

  const sameAsWhole = async (run: string): Promise<void> => {
    expect(Buffer.compare(await readFile(last(run)), await readFile(last(whole.run)))).toBe(0);
    expect(await readFile(join(run, "metrics.jsonl"), "utf8")).toBe(await readFile(join(whole.run, "metrics.jsonl"), "utf8"));
  };

  test.each(cuts)("interrupted after step %i it ends with the same bits", async (cut) => {
    const stop = new AbortController();
    let steps = 0;
    const onEvent = (event: TrainEvent): void => {
      if (event.event === "step" && ++steps === cut) stop.abort();
    };
    const first = await runTiny(tiny, { signal: stop.signal, onEvent });
    expect(first.result.status).toBe("interrupted");
    const second = await runTiny(tiny, { runDirectory: first.run, resume: true });
    expect(second.result).toEqual({ ...whole.result, run: first.run });
    await sameAsWhole(first.run);
  });

  test("cut off without warning, at any event, it ends with the same bits", async () => {
    class Killed extends Error {}
    for (const cut of [0, 1, 2, 4, 9, 15, 16, 17, 18, 31, 40, 55, 61, 70]) {
      const runDirectory = join(await folder(), "run");
      let events = 0;
      const onEvent = (): void => {
        if (events++ === cut) throw new Killed();
      };
      await expect(runTiny(tiny, { runDirectory, onEvent, checkpointSteps: 4 })).rejects.toThrow(Killed);
      await runTiny(tiny, { runDirectory, resume: true, checkpointSteps: 5 });
      await sameAsWhole(runDirectory);
    }
  }, 60_000);

  test("the interpreter, in float64, resumes to the same bits too", async () => {
    const oracle = interpreterExecutor();
    const short: TinyOptions = { epochs: 2 };
    const reference = await runTiny(short, { executor: oracle });
    const stop = new AbortController();
    let steps = 0;
    const onEvent = (event: TrainEvent): void => {
      if (event.event === "step" && ++steps === 9) stop.abort();
    };
    const { run } = await runTiny(short, { executor: oracle, signal: stop.signal, onEvent });
    await runTiny(short, { executor: oracle, runDirectory: run, resume: true });
    expect(Buffer.compare(await readFile(last(run)), await readFile(last(reference.run)))).toBe(0);
  });

  test("WebAssembly resumes to the same bits", async () => {
    const wasm = await tfjsExecutor("wasm");
    const short: TinyOptions = { epochs: 2 };
    const reference = await runTiny(short, { executor: wasm });
    const stop = new AbortController();
    const onEvent = (event: TrainEvent): void => {
      if (event.event === "step" && event.stage === "main" && event.step === 4) stop.abort();
    };
    const { run } = await runTiny(short, { executor: wasm, signal: stop.signal, onEvent });
    await runTiny(short, { executor: wasm, runDirectory: run, resume: true });
    expect(Buffer.compare(await readFile(last(run)), await readFile(last(reference.run)))).toBe(0);
  });

  test("several seeds resume in the seed that was cut", async () => {
    const seeds: TinyOptions = { epochs: 1, seeds: 3 };
    const reference = await runTiny(seeds);
    const stop = new AbortController();
    const onEvent = (event: TrainEvent): void => {
      if (event.event === "step" && event.seed === 8 && event.step === 3) stop.abort();
    };
    const { run } = await runTiny(seeds, { signal: stop.signal, onEvent });
    const second = await runTiny(seeds, { runDirectory: run, resume: true });
    expect(second.result.test).toEqual(reference.result.test);
    expect(second.events.find((event) => event.event === "resume")).toMatchObject({ seed: 8, stage: "warm", epoch: 1, step: 3 });
    expect(await readFile(join(run, "metrics.jsonl"), "utf8")).toBe(await readFile(join(reference.run, "metrics.jsonl"), "utf8"));
  });

  test("another spec, other data or a foreign checkpoint is refused", async () => {
    const { run } = await runTiny({ epochs: 1 });
    await expect(runTiny({ epochs: 2 }, { runDirectory: run, resume: true })).rejects.toThrow(/no longer computes what the run/);
    const toy = toyOf(datasets);
    const changed = { toy: { ...toy, checksum: "0".repeat(64) } };
    await expect(runTiny({ epochs: 1 }, { runDirectory: run, resume: true, datasets: changed })).rejects.toThrow(
      /data toy is not the file/,
    );
    await cp(last(whole.run), last(run));
    await expect(runTiny({ epochs: 1 }, { runDirectory: run, resume: true })).rejects.toThrow(/belongs to another run/);
    await rm(join(run, "run.json"));
    await expect(runTiny({ epochs: 1 }, { runDirectory: run, resume: true })).rejects.toThrow(/is no run/);
  });

  test("the checkpoint's slots are those of its stage only, and none once all is done", async () => {
    const { variables, header } = await loadCheckpoint(last(whole.run));
    expect(header.position).toMatchObject({ stage: 2, finished: true });
    expect([...variables.keys()].some((name) => name.includes("adamw"))).toBe(false);
  });
});

describe("values that are not finite", () => {
  test("stop the run and name the line, the operation and its input", async () => {
    const failure = runTiny({ logarithm: true, epochs: 2 });
    await expect(failure).rejects.toThrow(/the loss is no longer finite \(stage warm, epoch 1, step 1, seed 7\)/);
    await expect(failure).rejects.toThrow(
      /tiny\.mmx:4:11 {2}\(Tiny\)\n4 │ {3}score = log\(clip\.x \|> Linear\(1\)\)\n {2}│ {11}\^{24}\n/,
    );
    await expect(failure).rejects.toThrow(/log gave \d NaN of 8 values.*\n {4}from dot: -[\d.]+ \.\. /);
    await expect(failure).rejects.toThrow(/Keep the argument above 0/);
  });

  test("are found by replaying from the last checkpoint when they come later", async () => {
    const failure = runTiny({ learningRate: 1e30, epochs: 3 });
    await expect(failure).rejects.toThrow(/is no longer finite \(stage \w+, epoch \d, step \d+, seed 7\)/);
    await expect(failure).rejects.toThrow(/tiny\.mmx:\d+:\d+/);
  });
});
