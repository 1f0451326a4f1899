// A training goes on where another executor left it: the checkpoint holds all there is, and the spec says nothing of executors.
import { readFileSync } from "node:fs";
import { cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import type { Executor } from "../../src/runtime/executors/executor.ts";
import { interpreterExecutor } from "../../src/runtime/executors/interpreter.ts";
import { loadCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import type { StepDone, TrainEvent } from "../../src/runtime/train/events.ts";
import type { Datasets } from "../../src/runtime/train/run-context.ts";
import { train } from "../../src/runtime/train/trainer.ts";
import { inFolder, mmx } from "../cli/command.ts";
import { tinyDatasets, tinySpec } from "../train/tiny-spec.ts";
import { isFull } from "./conformance/budget.ts";
import { stepTolerances } from "./conformance/close.ts";
import { type Candidate, candidates, chosen } from "./conformance/executors.ts";

/** Two stages, momentum and Adam, noise, hidden modalities and a bank: 6 steps an epoch, 12 a stage. */
const spec = tinySpec({ epochs: 2 });
/** In the first stage's second epoch, between the stages, and in the second stage's first epoch. */
const cuts = [8, 12, 15];

let datasets: Datasets;
/** All of it in float64. */
let whole: Part;
beforeAll(async () => {
  datasets = await tinyDatasets(spec);
  whole = await trainPart(interpreterExecutor());
});

interface Part {
  readonly events: readonly TrainEvent[];
  readonly steps: readonly StepDone[];
  readonly run: string;
}

/** Trains, or goes on in `from`, until the step `cut` of the run is done or all is. */
async function trainPart(executor: Executor, from?: string, cut = Number.POSITIVE_INFINITY): Promise<Part> {
  const run = from ?? join(await mkdtemp(join(tmpdir(), "mmx-switch-")), "run");
  const events: TrainEvent[] = [];
  const stop = new AbortController();
  const onEvent = (event: TrainEvent): void => {
    events.push(event);
    if (event.event === "step" && event.stage === "warm" && event.step === cut) stop.abort();
    if (event.event === "step" && event.stage === "main" && 12 + event.step === cut) stop.abort();
  };
  const resume = from !== undefined;
  await train({ spec, datasets, executor, runDirectory: run, resume, signal: stop.signal, onEvent });
  return { events, steps: events.filter((event) => event.event === "step"), run };
}

const last = (run: string): string => join(run, "checkpoints", "last.safetensors");

/** Every step's losses, and what the last checkpoint holds. */
async function expectSame(actual: readonly StepDone[], run: string, expected: Part): Promise<void> {
  expect(actual).toHaveLength(expected.steps.length);
  for (const [at, { total, losses, gradientNorm }] of expected.steps.entries()) {
    const found = actual[at] as StepDone;
    for (const [value, exact] of [
      [found.total, total],
      [found.losses.task, losses.task],
      [found.gradientNorm, gradientNorm],
    ]) {
      const difference = Math.abs((value ?? Number.NaN) - (exact ?? Number.NaN));
      expect(difference, `step ${at}: ${value} for ${exact}`).toBeLessThanOrEqual(
        stepTolerances.output * Math.max(1, exact ?? 0),
      );
    }
  }
  const [found, exact] = [await loadCheckpoint(last(run)), await loadCheckpoint(last(expected.run))];
  expect([...found.variables.keys()]).toEqual([...exact.variables.keys()]);
  for (const [name, { data }] of exact.variables) {
    data.forEach((entry, at) => {
      const value = found.variables.get(name)?.data[at] ?? Number.NaN;
      expect(Math.abs(value - entry), `${name}[${at}]: ${value} for ${entry}`).toBeLessThanOrEqual(stepTolerances.variable);
    });
  }
}

/** What does not change with the executor: the spec's text, the hash of what it computes, the data. */
function identityOf(run: string): unknown {
  const { spec: files, planHash, data, sizes } = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
  return { files, planHash, data, sizes };
}

const often = (candidate: Candidate): boolean => isFull || !candidate.slow;
const here = chosen.filter(
  (candidate) => candidate.missing === undefined && candidate.name !== "wasm, 1 thread" && often(candidate),
);
const away = candidates.filter((candidate) => !here.includes(candidate) && candidate.name !== "wasm, 1 thread");
/** Every executor to and from `wasm`, which everyone has; with all the time there is, every pair. */
const pairs = here.flatMap((from) =>
  here.flatMap((to) => {
    const isWasm = from.name.startsWith("wasm") || to.name.startsWith("wasm");
    return from !== to && (isWasm || isFull) ? [[from, to] as const] : [];
  }),
);

for (const { name, missing } of away) test(name, (context) => context.skip(`not run: ${missing ?? "npm run conformance does"}`));

describe.each(pairs.map(([from, to]) => [from.name, to.name, from, to] as const))("from %s to %s", (_from, _to, from, to) => {
  let first: Executor;
  let second: Executor;
  beforeAll(async () => {
    [first, second] = [await from.start(), await to.start()];
  });

  test.each(cuts)("after step %i", async (cut) => {
    const before = await trainPart(first, undefined, cut);
    expect(before.steps).toHaveLength(cut);
    const identity = identityOf(before.run);
    expect((await loadCheckpoint(last(before.run))).header.executor).toBe(first.name);
    const after = await trainPart(second, before.run);
    expect(after.events).toContainEqual({
      event: "note",
      message: `the run was trained with ${first.name}; with ${second.name} it goes on, but not bit for bit`,
    });
    expect(identityOf(before.run)).toEqual(identity);
    expect(identity).toEqual(identityOf(whole.run));
    await expectSame([...before.steps, ...after.steps], before.run, whole);
  });

  test("there and back", async () => {
    const { steps, run } = await trainPart(first, undefined, 5);
    const there = await trainPart(second, run, 14);
    const back = await trainPart(first, run);
    await expectSame([...steps, ...there.steps, ...back.steps], run, whole);
  });
});

test("mmx train --backend takes another executor, and nothing else of the run changes", async () => {
  await inFolder(async (folder) => {
    for (const name of ["swish.mmx", "swish.ts"]) await cp(join("examples/extension", name), join(folder, name));
    expect((await mmx(["data", "synth", "swish.mmx"], { folder })).exit).toBe(0);
    const runs: { readonly identity: unknown; readonly totals: readonly number[] }[] = [];
    for (const backend of ["cpu", "wasm"]) {
      const { exit, out } = await mmx(["--json", "train", "swish.mmx", "--out", backend, "--backend", backend], { folder });
      expect(exit).toBe(0);
      const events = out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as TrainEvent);
      runs.push({
        identity: identityOf(join(folder, backend)),
        totals: events.flatMap((event) => (event.event === "epoch" ? [event.total] : [])),
      });
    }
    const [plain, fast] = runs;
    expect(fast?.identity).toEqual(plain?.identity);
    expect(fast?.totals).toHaveLength(10);
    for (const [at, total] of plain?.totals.entries() ?? []) expect(fast?.totals[at]).toBeCloseTo(total, 4);
  });
}, 60_000);
