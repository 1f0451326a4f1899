// A long training holds no more memory than a short one: the backend's live tensors after 10 and after 1,000 steps of a whole
// spec, with ragged lengths, short batches, dropped modalities and an evaluation after every epoch.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkSpec } from "../../src/compiler/check/index.ts";
import { memoryHost } from "../../src/compiler/host.ts";
import { writeNpz } from "../../src/runtime/data/formats/write.ts";
import { loadDataset } from "../../src/runtime/data/load.ts";
import { synthesise } from "../../src/runtime/data/synth.ts";
import type { Executor, Session } from "../../src/runtime/executors/executor.ts";
import { tfjsExecutor } from "../../src/runtime/executors/tfjs/index.ts";
import { train } from "../../src/runtime/train/trainer.ts";

const folder = mkdtempSync(join(tmpdir(), "mmx-steady-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("as many live tensors after 1,000 steps as after 10", async () => {
  const text = readFileSync(new URL("../../scripts/kill-test/trial.mmx", import.meta.url), "utf8");
  const overrides = { "train.batch": "4", "stage.warm.epochs": "143", D: "4" };
  // Up to eight steps are one padded length, so that every plan has been compiled by the tenth step.
  const short = text.replace("T <= 20", "T <= 8");
  const { compiled: spec } = checkSpec(memoryHost({ "trial.mmx": short }), "trial.mmx", { overrides });
  const [schema] = spec?.data ?? [];
  if (spec === undefined || schema === undefined) throw new Error("the spec has errors");
  const path = join(folder, "clips.npz");
  await writeNpz(path, synthesise(schema, { Ft: 3, Fa: 2 }, { samples: 37, seed: 1, dimensions: spec.dimensions }));
  const clips = await loadDataset(schema, path, { dimensions: spec.dimensions });
  const executor = await tfjsExecutor("cpu");
  const sessions: Session[] = [];
  const watched: Executor = {
    name: executor.name,
    async open() {
      const session = await executor.open();
      sessions.push(session);
      return session;
    },
  };
  const live = new Map<number, number | undefined>();
  const stop = new AbortController();
  const { status } = await train({
    spec,
    datasets: { clips },
    executor: watched,
    runDirectory: join(folder, "run"),
    signal: stop.signal,
    onEvent(event) {
      if (event.event !== "step") return;
      live.set(event.step, sessions[0]?.liveTensors());
      if (event.step === 1000) stop.abort();
    },
  });
  expect(status).toBe("interrupted");
  expect(live.get(10)).toBeGreaterThan(0);
  expect(live.get(1000)).toBe(live.get(10));
}, 60_000);
