// A training that is ended from outside, through the command line: without warning, and by Ctrl-C. `npx tsx
// scripts/kill-test.ts` does the same ten times and more.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compareRuns } from "../../scripts/kill-test/compare.ts";
import { runTraining } from "../../scripts/kill-test/training.ts";
import { endAndResume, type Reference, trainReference } from "../../scripts/kill-test/trials.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import type { TrainEvent } from "../../src/runtime/train/events.ts";
import { train } from "../../src/runtime/train/trainer.ts";
import { tinyDatasets, tinySpec } from "../train/tiny-spec.ts";
import { mmxProcess } from "./mmx.ts";

const folder = mkdtempSync(join(tmpdir(), "mmx-ended-"));
let reference: Reference;
beforeAll(async () => {
  reference = await trainReference(folder, mmxProcess);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("killed between two stages and while a checkpoint was written, it ends with the same bits", async () => {
  const between = reference.events.indexOf("checkpoint stage") + 1;
  const trial = await endAndResume(reference, "killed", [
    { events: between, delay: 0, whileSaving: false, signal: "SIGKILL" },
    { events: 20, delay: 0, whileSaving: true, signal: "SIGKILL" },
  ]);
  expect(trial.endings.map(({ how }) => how)).toEqual(["killed", "killed", "done"]);
  expect(trial.compared).toBeGreaterThan(8);
  expect(trial.differences).toEqual([]);
}, 60_000);

test("Ctrl-C finishes the step, saves and says how to go on; gone on with, it ends with the same bits", async () => {
  const verb = ["train", "trial.mmx", "--data", "clips=clips.npz", "--backend", "cpu", "--out", "interrupted"];
  const child = spawn(mmxProcess.program, [...mmxProcess.arguments, ...verb], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    out += text;
    if (!child.killed && out.includes("warm 1/5")) child.kill("SIGINT");
  }
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(130);
  expect(out).toMatch(
    /Stopped in stage \w+ after step \d+; everything is saved\. Go on with:\n {2}mmx train --resume interrupted\n$/,
  );
  await runTraining(mmxProcess, ["train", "--resume", "interrupted"], { folder, run: join(folder, "interrupted") });
  expect(await compareRuns(join(folder, "interrupted"), join(folder, "through"))).toEqual([]);
}, 60_000);

test("interrupted during the test, after all stages, it tests again when gone on with", async () => {
  const spec = tinySpec();
  const shared = { spec, datasets: await tinyDatasets(spec), executor: await tfjsExecutor("cpu") };
  const through = await train({ ...shared, runDirectory: join(folder, "tiny-through") });
  const stop = new AbortController();
  const events: TrainEvent[] = [];
  const onEvent = (event: TrainEvent): void => {
    events.push(event);
    if (event.event === "stage-end" && event.stage === "main") stop.abort();
  };
  const runDirectory = join(folder, "tiny");
  const stopped = await train({ ...shared, runDirectory, signal: stop.signal, onEvent });
  expect(stopped.status).toBe("interrupted");
  expect(events.at(-1)).toEqual({ event: "interrupted", run: runDirectory, seed: 7, stage: "test", step: 0 });
  const resumed = await train({ ...shared, runDirectory, resume: true });
  expect(resumed).toEqual({ ...through, run: runDirectory });
  expect(await compareRuns(runDirectory, join(folder, "tiny-through"), ["last"])).toEqual([]);
});
