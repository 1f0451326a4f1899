// Works off a sweep: so many trainings at a time, each a process of its own. What one training does wrong stays in that training.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { readMetrics } from "../train/metrics-log.ts";
import { type SweepIndex, type SweepRun, writeSweep } from "./sweep-index.ts";

export interface SweepOptions {
  readonly index: SweepIndex;
  /** Absolute. */
  readonly folder: string;
  /** Which runs of the index to work off. */
  readonly wanted: (run: SweepRun) => boolean;
  /** Program and arguments that stand before `train …`. */
  readonly self: readonly string[];
  /** Folder in which `self` runs: paths of the spec and the data are relative to it. */
  readonly workingFolder: string;
  readonly backend: string;
  readonly jobs: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborting lets the trainings that run save and end; the others stay waiting. */
  readonly signal: AbortSignal;
  readonly onChange: (run: SweepRun, index: SweepIndex) => void;
}

/** Runs what is wanted and not done; the index as it stands then. */
export async function runSweep(options: SweepOptions): Promise<SweepIndex> {
  let { index } = options;
  let writing = Promise.resolve();
  const change = (run: SweepRun): Promise<void> => {
    index = { ...index, runs: index.runs.map((other) => (other.folder === run.folder ? run : other)) };
    const written = index;
    writing = writing.then(() => writeSweep(written, options.folder));
    options.onChange(run, index);
    return writing;
  };
  const queue = index.runs.filter((run) => options.wanted(run) && run.status !== "done");
  const work = async (): Promise<void> => {
    for (let run = queue.shift(); run !== undefined && !options.signal.aborted; run = queue.shift()) {
      await change({ ...run, status: "running", problem: null });
      await change(await trainOne(run, options));
    }
  };
  await writeSweep(index, options.folder);
  await Promise.all(Array.from({ length: Math.min(options.jobs, queue.length) }, work));
  await writing;
  return index;
}

/** Trains one run to its end, or goes on with it; how it ended. */
async function trainOne(run: SweepRun, options: SweepOptions): Promise<SweepRun> {
  const started = performance.now();
  const directory = join(options.folder, run.folder);
  const { exit, problem } = await trainProcess(commandOf(run, options), `${directory}.log`, options);
  const seconds = (run.seconds ?? 0) + (performance.now() - started) / 1000;
  if (exit === 0) return { ...run, status: "done", seconds, problem: null, test: await testOf(directory, run.seed) };
  if (options.signal.aborted) return { ...run, status: "interrupted", seconds, problem: null };
  return { ...run, status: "failed", seconds, problem };
}

function commandOf(run: SweepRun, { index, folder, self, backend }: SweepOptions): readonly string[] {
  const directory = join(folder, run.folder);
  if (existsSync(join(directory, "run.json"))) return [...self, "train", "--resume", directory];
  const overrides = index.configurations.find(({ name }) => name === run.configuration)?.overrides ?? {};
  return [
    ...self,
    "train",
    index.spec.path,
    ...Object.entries(index.data).flatMap(([name, path]) => ["--data", `${name}=${path}`]),
    ...Object.entries(overrides).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
    ...["--seed", String(run.seed), "--seeds", "1", "--backend", backend, "--out", directory],
  ];
}

/** The result of a finished run, null where the spec has no evaluate block. */
async function testOf(directory: string, seed: number): Promise<SweepRun["test"]> {
  const row = (await readMetrics(join(directory, "metrics.jsonl"))).findLast(
    (each) => each.kind === "test" && each.seed === seed,
  );
  return row?.kind === "test" ? row.metrics : null;
}

/**
 * Runs a training, its output in a log beside its run directory. The output goes through a pipe and not straight into the file:
 * when this process is killed, the training finds its pipe closed and ends too, instead of meeting the one that a later sweep starts.
 */
async function trainProcess(
  [program = "", ...given]: readonly string[],
  logPath: string,
  options: SweepOptions,
): Promise<{ readonly exit: number; readonly problem: string }> {
  await mkdir(dirname(logPath), { recursive: true });
  const log = await open(logPath, "a");
  const threads = Math.max(1, Math.floor(availableParallelism() / options.jobs));
  try {
    // A group of its own, so that Ctrl-C reaches it once, from here, and not a second time from the terminal.
    const child = spawn(program, given, {
      cwd: options.workingFolder,
      env: { MMX_THREADS: String(threads), ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const stop = (): void => {
      child.kill("SIGINT");
    };
    options.signal.addEventListener("abort", stop);
    let errors = "";
    let writing: Promise<unknown> = Promise.resolve();
    const keep = (text: Buffer): void => {
      writing = writing.then(() => log.write(text));
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", (text: Buffer) => {
      keep(text);
      errors = `${errors}${text.toString("utf8")}`.slice(-4000);
    });
    const exit = await new Promise<number>((ended, failed) => {
      child.on("error", failed);
      child.on("close", (code) => ended(code ?? 1));
    });
    options.signal.removeEventListener("abort", stop);
    await writing;
    return { exit, problem: problemOf(errors, exit) };
  } finally {
    await log.close();
  }
}

/** What a failed training said last, without colours and without how its own command goes on. */
function problemOf(errors: string, exit: number): string {
  const text = errors.trim();
  const from = text.lastIndexOf("error: ");
  return (from === -1 ? text : text.slice(from + "error: ".length)) || `ended with ${exit} and no message`;
}
