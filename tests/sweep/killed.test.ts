// A sweep that is killed in the middle of its trainings: they end too, and the same command then gives what an undisturbed sweep gives.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSweep } from "../../src/runtime/sweep/sweep-index.ts";
import { mmx } from "../cli/command.ts";
import { mmxProcess } from "../runs/mmx.ts";

let folder = "";
const environment = { ...process.env, MMX_THREADS: "1" };
const sweep = (out: string): string[] => [
  ...["sweep", "model.mmx", "--set", "D=4,8", "--set", "stage.main.epochs=40", "--seeds", "1", "--jobs", "2"],
  ...["--backend", "cpu", "--out", out],
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mmx-killed-"));
  await mmx(["init", "."], { folder });
  await mmx(["data", "synth", "model.mmx", "--samples", "60", "--size", "Ft=4", "--size", "Fa=3"], { folder });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("goes on to the same results", async () => {
  const child = spawn(mmxProcess.program, [...mmxProcess.arguments, ...sweep("killed")], {
    cwd: folder,
    env: environment,
    stdio: "ignore",
  });
  const started = join(folder, "killed", "D=4", "seed-1", "checkpoints", "last.safetensors");
  for (let tries = 0; tries < 600 && !existsSync(started); tries += 1) await wait(100);
  expect(existsSync(started)).toBe(true);
  const ended = new Promise((resolve) => child.on("close", resolve));
  child.kill("SIGKILL");
  await ended;
  const left = await readSweep(join(folder, "killed"));
  expect(left.runs.filter(({ status }) => status === "running")).not.toEqual([]);
  // Its trainings find their pipe closed at the next line that they print.
  await wait(3000);
  const again = await mmx(sweep("killed"), { folder, environment });
  const whole = await mmx(sweep("whole"), { folder, environment });
  expect([again.exit, whole.exit, again.error]).toEqual([0, 0, ""]);
  const results = async (out: string): Promise<unknown> =>
    (await readSweep(join(folder, out))).runs.map(({ configuration, status, test: values }) => [configuration, status, values]);
  expect(await results("killed")).toEqual(await results("whole"));
}, 240_000);
