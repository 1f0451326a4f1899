// A training killed by the system (SIGKILL) at ten random moments and resumed each time ends with the weights of one that ran
// through.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const child = fileURLToPath(new URL("./kill-child.mjs", import.meta.url));

/** Runs the child; kills it `delay` milliseconds after its `events`-th event, where that is given. How it ended. */
function runChild(run: string, kill?: { readonly events: number; readonly delay: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const mode = existsSync(join(run, "run.json")) ? ["resume"] : [];
    const started = spawn(process.execPath, ["--import", "tsx", child, run, ...mode], { stdio: ["ignore", "pipe", "pipe"] });
    let seen = 0;
    let trouble = "";
    started.stderr.on("data", (data: Buffer) => {
      trouble += data.toString();
    });
    started.stdout.on("data", (data: Buffer) => {
      const before = seen;
      seen += data.toString().split("\n").length - 1;
      if (kill !== undefined && before < kill.events && seen >= kill.events)
        setTimeout(() => started.kill("SIGKILL"), kill.delay);
    });
    started.on("error", reject);
    started.on("close", (code, signal) => {
      if (code !== 0 && signal !== "SIGKILL") reject(new Error(`the child failed: ${trouble}`));
      else resolve(signal ?? "finished");
    });
  });
}

test("killed at ten random moments", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mmx-kill-"));
  const through = join(folder, "through");
  const killed = join(folder, "killed");
  expect(await runChild(through)).toBe("finished");
  const endings: string[] = [];
  const moments: string[] = [];
  for (let kill = 0; kill < 10; kill += 1) {
    const moment = { events: 1 + Math.floor(Math.random() * 8), delay: Math.random() * 10 };
    moments.push(`${moment.events} events + ${moment.delay} ms`);
    endings.push(await runChild(killed, moment));
  }
  expect(endings).toEqual(Array(10).fill("SIGKILL"));
  expect(await runChild(killed)).toBe("finished");
  for (const file of ["checkpoints/last.safetensors", "checkpoints/best.safetensors", "metrics.jsonl"]) {
    expect(
      Buffer.compare(await readFile(join(killed, file)), await readFile(join(through, file))),
      `${file}, killed after ${moments.join(", ")}`,
    ).toBe(0);
  }
}, 180_000);
