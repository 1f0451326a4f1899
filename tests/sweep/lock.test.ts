// Two sweeps at once in one folder, as real processes: the second ends and says why; what a killed one left stands in nobody's way.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { readSweep } from "../../src/runtime/sweep/sweep-index.ts";
import { lockSweep } from "../../src/runtime/sweep/sweep-lock.ts";
import { mmx } from "../cli/command.ts";
import { mmxProcess } from "../runs/mmx.ts";

let folder = "";
const children: ChildProcess[] = [];
const environment = { ...process.env, MMX_THREADS: "1" };
const sweep = (out: string, epochs: number): string[] => [
  ...["sweep", "model.mmx", "--set", "D=4,8", "--set", `stage.main.epochs=${epochs}`, "--seeds", "1", "--jobs", "1"],
  ...["--backend", "cpu", "--out", out],
];
const locks = (out: string): string[] => readdirSync(join(folder, out)).filter((name) => name.endsWith(".lock"));

interface Ended {
  readonly code: number | null;
  readonly error: string;
}

function start(argv: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(mmxProcess.program, [...mmxProcess.arguments, ...argv], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "ignore", "pipe"],
  });
  children.push(child);
  let error = "";
  child.stderr?.on("data", (text: Buffer) => {
    error += text.toString("utf8");
  });
  return { child, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, error }))) };
}

/** Until the sweep's first training writes. */
async function begun(out: string): Promise<void> {
  const log = join(folder, out, "D=4", "seed-1.log");
  for (let tries = 0; tries < 600 && !existsSync(log); tries += 1) await wait(50);
  expect(existsSync(log)).toBe(true);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "mmx-lock-"));
  await mmx(["init", "."], { folder });
  await mmx(["data", "synth", "model.mmx", "--samples", "60", "--size", "Ft=4", "--size", "Fa=3"], { folder });
}, 60_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(["SIGINT", "SIGTERM"] as const)(
  "the second sweep of a folder ends and names the first; %s frees the folder",
  async (signal) => {
    const first = start(sweep(signal, 4000));
    await begun(signal);
    const before = await readSweep(join(folder, signal));
    const second = await mmx(sweep(signal, 4000), { folder, environment });
    expect(second.exit).toBe(3);
    expect(second.error).toBe(
      `error: another mmx works on the sweep in ${signal}: process ${first.child.pid}\n` +
        "  Wait until it is done, stop it, or give another folder with --out.\n",
    );
    expect(await readSweep(join(folder, signal))).toEqual(before);
    expect(locks(signal)).toEqual([`sweep-${first.child.pid}.lock`]);
    first.child.kill(signal);
    expect((await first.ended).code).toBe(130);
    expect(locks(signal)).toEqual([]);
  },
  120_000,
);

test("of sweeps that begin in the same moment at most one works, and the folder stays whole", async () => {
  const ends = await Promise.all([1, 2, 3].map(() => start(sweep("race", 2)).ended));
  expect(ends.filter(({ code }) => code === 0).length).toBeGreaterThanOrEqual(1);
  for (const { code, error } of ends) {
    if (code !== 0) expect([code, error]).toEqual([3, expect.stringContaining("another mmx works on the sweep in race")]);
  }
  expect((await readSweep(join(folder, "race"))).runs.map(({ status }) => status)).toEqual(["done", "done"]);
  expect(locks("race")).toEqual([]);
}, 120_000);

test("what a killed sweep left is taken over, also where another process now has its number", async () => {
  const killed = start(sweep("taken", 4000));
  await begun("taken");
  killed.child.kill("SIGKILL");
  await killed.ended;
  const [left = ""] = locks("taken");
  expect(left).toBe(`sweep-${killed.child.pid}.lock`);
  (await lockSweep(join(folder, "taken"), "taken"))();
  expect(locks("taken")).toEqual([]);
  if (process.platform !== "linux") return;
  // The parent lives, but began at another time than this file says.
  writeFileSync(join(folder, "taken", `sweep-${process.ppid}.lock`), `1 ${hostname()}\n`);
  (await lockSweep(join(folder, "taken"), "taken"))();
  expect(locks("taken")).toEqual([]);
}, 60_000);

test("a process of another machine cannot be asked after: its file is named and kept", async () => {
  mkdirSync(join(folder, "far"));
  writeFileSync(join(folder, "far", "sweep-1.lock"), "1 elsewhere.example\n");
  const refused = await mmx(sweep("far", 2), { folder, environment });
  expect([refused.exit, refused.error]).toEqual([
    3,
    expect.stringMatching(
      /in far: process 1 on the machine elsewhere\.example\n.*If it no longer runs there, delete .*sweep-1\.lock\./,
    ),
  ]);
  expect(locks("far")).toEqual(["sweep-1.lock"]);
});
