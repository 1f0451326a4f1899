// `mmx sweep`: trains a spec for every combination of settings and every seed, over the cores, in a folder that an interrupted sweep
// goes on from.
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { BackendRequest } from "../../runtime/backends/index.ts";
import { type Configuration, configurationsOf, type Grid, GridError, seedList, splitValues } from "../../runtime/sweep/grid.ts";
import type { SweepIndex, SweepRequest, SweepRun } from "../../runtime/sweep/sweep-index.ts";
import { backendOption } from "../backend.ts";
import type { Act, Context } from "../context.ts";
import { examples } from "../context.ts";
import type { ExitCode } from "../failure.ts";
import { CommandError, exitCode, usageError } from "../failure.ts";
import { duration, number } from "../progress.ts";
import { collectPairs, wholeNumber } from "../settings.ts";
import { type CheckedSpec, checkedSpec, dataPaths } from "../spec.ts";
import { counted } from "../text.ts";

interface SweepOptions {
  readonly set: Record<string, string>;
  readonly variant: Record<string, string>;
  readonly seeds?: readonly number[];
  readonly data: Record<string, string>;
  readonly jobs?: number;
  readonly backend: BackendRequest;
  readonly out: string;
}

export function addSweep(program: Command, act: Act): void {
  program
    .command("sweep")
    .summary("train a spec with many settings and seeds")
    .description(
      "Trains every combination of the values, for every seed, each in a process and a run directory of its own under DIR, and\n" +
        "keeps account in DIR/sweep.json. The same command again trains what is not finished: what was interrupted goes on, what\n" +
        "failed is tried again. More seeds, values and variants may be added later. `mmx compare DIR` prints the tables.",
    )
    .argument("<spec>", "the spec")
    .option(
      "--set <name=values>",
      "a setting and its values, with commas between them; may be given again",
      collectPairs("--set", "D=32,64"),
      {},
    )
    .option(
      "--variant <name:settings>",
      "settings that go together, under a name: `no alignment: mu=0, tau=1`; may be given again",
      collectVariants,
      {},
    )
    .option("--seeds <list>", "the seeds, such as 1-5 or 1,4,9 (default: what the spec says)", readSeeds)
    .option("--data <name=path>", "the file of a data block; may be given again", collectPairs("--data", "clips=clips.npz"), {})
    .option("--jobs <count>", "how many trainings run at a time (default: one a core)", wholeNumber("--jobs", 1))
    .addOption(backendOption())
    .requiredOption("--out <dir>", "the sweep's folder")
    .addHelpText(
      "after",
      examples(
        "mmx sweep model.mmx --set D=32,64 --set train.batch=16,32 --seeds 1-5 --out runs/sizes",
        'mmx sweep model.mmx --variant "all:" --variant "no alignment: mu=0" --seeds 1-5 --out runs/ablation',
      ),
    )
    .action((spec: string, options: SweepOptions, command: Command) => act(command, (context) => sweep(spec, options, context)));
}

async function sweep(path: string, options: SweepOptions, context: Context): Promise<ExitCode> {
  const { terminal } = context;
  const configurations = gridOf(options);
  const spec = await checkedAll(path, configurations, context);
  const folder = resolve(terminal.folder, options.out);
  // Absolute, so that the sweep means the same files from whatever folder it is gone on with.
  const data = await dataPaths(spec, options.data, terminal.folder);
  const given = Object.fromEntries(Object.keys(options.data).map((name) => [name, data[name] ?? ""]));
  const seedsWanted = options.seeds ?? specSeeds(spec);
  const { lockSweep } = await import("../../runtime/sweep/sweep-lock.ts");
  const request = { spec: { path: resolve(terminal.folder, path), sha256: checksum(spec) }, data: given, configurations };
  const release = await lockSweep(folder, options.out);
  try {
    return await work({ ...request, seeds: seedsWanted }, folder, { ...options, spec: path }, context);
  } finally {
    release();
  }
}

/** In a folder that no other process works on. */
async function work(
  request: SweepRequest,
  folder: string,
  options: SweepOptions & { readonly spec: string },
  context: Context,
): Promise<ExitCode> {
  const { terminal } = context;
  const { isSweep, mergeSweep, readSweep } = await import("../../runtime/sweep/sweep-index.ts");
  const { runSweep } = await import("../../runtime/sweep/run-sweep.ts");
  const index = mergeSweep(isSweep(folder) ? await readSweep(folder) : undefined, request, options.out);
  const names = new Set(request.configurations.map(({ name }) => name));
  const wanted = (run: SweepRun): boolean => names.has(run.configuration) && request.seeds.includes(run.seed);
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(exitCode.interrupted);
    terminal.writeError("\nThe trainings that run finish their step and save; Ctrl-C again stops at once.\n");
    abort.abort();
  };
  const forget = terminal.onInterrupt(stop);
  process.on("SIGTERM", stop);
  const say = display(context, index, wanted);
  try {
    const after = await runSweep({
      index,
      folder,
      wanted,
      self: terminal.self,
      workingFolder: terminal.folder,
      backend: options.backend,
      jobs: options.jobs ?? availableParallelism(),
      environment: terminal.environment,
      signal: abort.signal,
      onChange: say,
    });
    return summary(after, wanted, { ...options, stopped: abort.signal.aborted }, context);
  } finally {
    process.off("SIGTERM", stop);
    forget();
  }
}

/** Values and variants as the command line gives them. Throws a usage error where they contradict one another. */
function gridOf({ set, variant }: SweepOptions): readonly Configuration[] {
  const lists = Object.entries(set).map(([key, text]): [string, readonly string[]] => [key, splitValues(text)]);
  const empty = lists.find(([, values]) => values.includes(""));
  if (empty !== undefined) throw usageError(`--set ${empty[0]}=${set[empty[0]]}: a value is empty.`);
  const variants = Object.entries(variant).map(([name, text]): [string, Record<string, string>] => [
    name,
    text.trim() === "" ? {} : splitValues(text).reduce((pairs, pair) => collectPairs("--variant", "mu=0")(pair, pairs), {}),
  ]);
  const values = Object.fromEntries(lists.map(([key, list]) => [key, [...new Set(list)]]));
  const grid: Grid = { values, ...(variants.length === 0 ? {} : { variants: Object.fromEntries(variants) }) };
  try {
    return configurationsOf(grid);
  } catch (error) {
    throw error instanceof GridError ? usageError(`${error.message}.`) : error;
  }
}

/** Checks the spec under every configuration before any training starts; the first of them. */
async function checkedAll(path: string, configurations: readonly Configuration[], context: Context): Promise<CheckedSpec> {
  let first: CheckedSpec | undefined;
  for (const { overrides } of configurations) {
    const spec = await checkedSpec(path, overrides, context);
    if (spec.compiled.train === undefined)
      throw usageError(`${path} has no train block.`, "Add `train MODEL on DATA { … }` to it.");
    first ??= spec;
  }
  if (first === undefined) throw new RangeError("a sweep without configurations");
  return first;
}

function specSeeds({ compiled }: CheckedSpec): readonly number[] {
  const first = compiled.train?.seed ?? 1;
  return Array.from({ length: compiled.evaluate?.seeds ?? 1 }, (_, at) => first + at);
}

/** Of the spec and the files it uses, in their order. */
function checksum({ compiled }: CheckedSpec): string {
  const hash = createHash("sha256");
  for (const { text } of compiled.files) hash.update(`${text.length}\n${text}`);
  return hash.digest("hex");
}

/** A line a change: how many are done, which training it is, how it ended. */
function display(
  context: Context,
  start: SweepIndex,
  wanted: (run: SweepRun) => boolean,
): (run: SweepRun, index: SweepIndex) => void {
  const { terminal, json } = context;
  const done = start.runs.filter((run) => wanted(run) && run.status === "done").length;
  const all = start.runs.filter(wanted).length;
  if (!json) terminal.write(`${counted(all, "training")}${done === 0 ? "" : `, ${done} of them done already`}\n`);
  return (run, index) => {
    if (json) {
      terminal.write(`${JSON.stringify({ event: "run-changed", ...run })}\n`);
      return;
    }
    if (run.status === "running") return;
    const ended = index.runs.filter((each) => wanted(each) && (each.status === "done" || each.status === "failed")).length;
    const metrics = Object.entries(run.test ?? {}).filter(([name]) => !name.startsWith("loss."));
    const values = metrics.map(([name, value]) => `${name} ${number(value)}`).join("  ");
    const outcome =
      run.status === "failed" ? `failed: ${run.problem?.split("\n")[0] ?? ""}` : run.status === "done" ? values : "interrupted";
    terminal.write(`${ended}/${all}  ${run.configuration}, seed ${run.seed}  ${outcome}  ${duration(run.seconds ?? 0)}\n`);
  };
}

function summary(
  index: SweepIndex,
  wanted: (run: SweepRun) => boolean,
  asked: { readonly spec: string; readonly out: string; readonly stopped: boolean },
  context: Context,
): ExitCode {
  const { terminal, json } = context;
  const runs = index.runs.filter(wanted);
  const failed = runs.filter(({ status }) => status === "failed");
  const done = runs.filter(({ status }) => status === "done");
  if (json) terminal.write(`${JSON.stringify({ event: "swept", sweep: asked.out, done: done.length, failed: failed.length })}\n`);
  if (asked.stopped) {
    if (!json) terminal.write(`Stopped with ${done.length} of ${runs.length} done; the same command goes on.\n`);
    return exitCode.interrupted;
  }
  if (failed.length > 0) {
    const first = failed[0];
    throw new CommandError(
      `${failed.length} of ${counted(runs.length, "training")} failed; the others are done. The first, ${first?.configuration}, seed ${first?.seed}:\n  ${first?.problem?.replaceAll("\n", "\n  ")}`,
      `What each printed is in ${asked.out}/CONFIGURATION/seed-N.log. The same command tries the failed ones again.`,
    );
  }
  if (!json) terminal.write(`All done. The tables: mmx compare ${asked.out}\n`);
  return exitCode.ok;
}

/** For commander. */
function readSeeds(text: string): readonly number[] {
  const list = seedList(text);
  if (list !== undefined) return list;
  throw usageError(`--seeds ${text}: whole numbers and ranges are wanted.`, "For example: --seeds 1-5 or --seeds 1,4,9");
}

/** For commander: `NAME: k=v, k=v`, the settings as text; nothing behind the colon is the spec as it stands. */
function collectVariants(text: string, before: Record<string, string>): Record<string, string> {
  const split = text.indexOf(":");
  if (split < 1)
    throw usageError(`--variant ${text}: a name and a colon are wanted.`, 'For example: --variant "no alignment: mu=0"');
  const name = text.slice(0, split).trim();
  if (before[name] !== undefined) throw usageError(`--variant ${name} is given twice.`);
  return { ...before, [name]: text.slice(split + 1) };
}
