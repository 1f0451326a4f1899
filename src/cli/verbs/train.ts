// `mmx train`: checks the spec and its data, trains, tests, and leaves a run directory that can be resumed and recreated.
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import type { BackendRequest } from "../../runtime/backends/index.ts";
import { backendOf, backendOption, openBackend } from "../backend.ts";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import { blocksOf, loadDatasets } from "../datasets.ts";
import type { ExitCode } from "../failure.ts";
import { exitCode, usageError } from "../failure.ts";
import { recordedHost } from "../host.ts";
import { trainingDisplay } from "../progress.ts";
import { collectPairs, wholeNumber } from "../settings.ts";
import { type CheckedSpec, checkedOn, checkedSpec } from "../spec.ts";
import { versions } from "../version.ts";

interface TrainOptions {
  readonly data: Record<string, string>;
  readonly set: Record<string, string>;
  readonly seed?: number;
  readonly seeds?: number;
  readonly backend: BackendRequest;
  readonly out?: string;
  readonly resume?: string;
}

/** What is trained: from a spec on disk, or from what a run recorded. */
interface Job {
  readonly spec: CheckedSpec;
  readonly overrides: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  readonly runDirectory: string;
  readonly resume: boolean;
  readonly backend: BackendRequest;
}

export function addTrain(program: Command, act: Act): void {
  program
    .command("train")
    .summary("train a spec and test it")
    .description(
      "Trains the spec's model stage by stage and tests it as its evaluate block says. Everything goes into a run directory:\n" +
        "what recreates the run, metrics, checkpoints, curves and a report. Ctrl-C finishes the step and saves; --resume goes on\n" +
        'to the same bits. With --json every event is a line, the last one {"event":"done","run":…,"test":{…}}.',
    )
    .argument("[spec]", "the spec; left out with --resume")
    .option("--data <name=path>", "the file of a data block; may be given again", collectPairs("--data", "clips=clips.npz"), {})
    .option("--set <name=value>", "override a constant of the spec; may be given again", collectPairs("--set", "D=64"), {})
    .option("--seed <number>", "the (first) seed instead of the spec's", wholeNumber("--seed", 0))
    .option("--seeds <count>", "train this many seeds instead of the spec's", wholeNumber("--seeds", 1))
    .addOption(backendOption())
    .option("--out <dir>", "the run directory (default: runs/MODEL-DATE-TIME)")
    .option("--resume <run>", "go on with an interrupted run")
    .addHelpText(
      "after",
      examples(
        "mmx train model.mmx --data clips=clips.npz",
        "mmx train model.mmx --set D=64 --seeds 5 --out runs/wide",
        "mmx train --resume runs/wide",
      ),
    )
    .action((spec: string | undefined, options: TrainOptions, command: Command) =>
      act(command, (context) => trainSpec(spec, options, context)),
    );
}

async function trainSpec(path: string | undefined, options: TrainOptions, context: Context): Promise<ExitCode> {
  const job =
    options.resume === undefined
      ? await newJob(path, options, context)
      : await resumedJob(path, options.resume, options, context);
  const { terminal } = context;
  const { compiled } = job.spec;
  const datasets = await loadDatasets(job.spec, { given: job.data, blocks: blocksOf(compiled) }, context);
  const { train } = await import("../../runtime/train/trainer.ts");
  const display = trainingDisplay(context);
  const { executor, chosen, why } = await openBackend(job.backend, compiled, "train");
  display({ event: "note", message: `backend ${chosen}: ${why}` });
  const abort = new AbortController();
  const forget = terminal.onInterrupt(() => {
    // The second time the person does not want to wait.
    if (abort.signal.aborted) process.exit(exitCode.interrupted);
    terminal.writeError("\nFinishing the step and saving; Ctrl-C again stops at once.\n");
    abort.abort();
  });
  try {
    const { status } = await train({
      spec: compiled,
      datasets,
      executor,
      runDirectory: job.runDirectory,
      seed: options.seed,
      seeds: options.seeds,
      overrides: job.overrides,
      versions: versions(),
      resume: job.resume,
      signal: abort.signal,
      onEvent: display,
    });
    return status === "done" ? exitCode.ok : exitCode.interrupted;
  } finally {
    forget();
  }
}

async function newJob(path: string | undefined, options: TrainOptions, context: Context): Promise<Job> {
  if (path === undefined)
    throw usageError("mmx train needs a spec, or a run to go on with.", "mmx train SPEC, or mmx train --resume RUN");
  const spec = await checkedSpec(path, options.set, context);
  const model = spec.compiled.train?.model;
  if (model === undefined) throw usageError(`${path} has no train block.`, "Add `train MODEL on DATA { … }` to it.");
  const { folder } = context.terminal;
  const runDirectory = options.out ?? freshRun(model, folder);
  return {
    spec,
    overrides: options.set,
    data: options.data,
    runDirectory: shown(resolve(folder, runDirectory), folder),
    resume: false,
    backend: options.backend,
  };
}

async function resumedJob(path: string | undefined, run: string, options: TrainOptions, context: Context): Promise<Job> {
  const fixed = [
    ["a spec", path !== undefined],
    ["--set", Object.keys(options.set).length > 0],
    ["--seed", options.seed !== undefined],
    ["--seeds", options.seeds !== undefined],
    ["--out", options.out !== undefined],
  ].flatMap(([name, there]) => (there === true ? [name] : []));
  if (fixed.length > 0)
    throw usageError(`--resume takes spec, settings and seeds from the run, so ${fixed.join(", ")} cannot be given with it.`);
  const { folder } = context.terminal;
  const { readRunConfig } = await import("../../runtime/train/run-directory.ts");
  const runDirectory = shown(resolve(folder, run), folder);
  const config = await readRunConfig(resolve(folder, run));
  const spec = await checkedOn(recordedHost(config.spec.files, folder), config.spec.path, config.overrides, context);
  const recorded = Object.fromEntries(Object.entries(config.data).map(([name, { path: file }]) => [name, file]));
  // Only the executor that began a run gives the same bits.
  const backend = options.backend === "auto" ? backendOf(config.executor) : options.backend;
  return { spec, overrides: config.overrides, data: { ...recorded, ...options.data }, runDirectory, resume: true, backend };
}

/** The path as a person types it: relative where the run lies under the working folder. */
function shown(path: string, folder: string): string {
  const short = relative(folder, path);
  const inside = short !== "" && !short.startsWith("..");
  // The trainer opens the path itself, so a relative one must start where the process does.
  return inside && folder === process.cwd() ? short : path;
}

/** `runs/Tri-20250131-142501`, numbered where that is taken. */
function freshRun(model: string, folder: string): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const base = join("runs", `${model}-${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}`);
  let name = base;
  for (let count = 2; existsSync(resolve(folder, name)); count += 1) name = `${base}-${count}`;
  return name;
}
