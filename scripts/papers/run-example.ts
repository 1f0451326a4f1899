// Regenerates the tables of one example: prepares its data, works off its sweeps and commands, makes the tables from what they left.
// Everything that is finished lies in the example's working folder and is not repeated.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "../../src/runtime/files/atomic-file.ts";
import { drawMissingCurve } from "../../src/runtime/report/missing-curves.ts";
import { isSweep, readSweep } from "../../src/runtime/sweep/sweep-index.ts";
import { readResults } from "../../src/runtime/tables/results.ts";
import { tablesOf } from "../../src/runtime/tables/table.ts";
import { writeTables } from "../../src/runtime/tables/write.ts";
import type { Command, Contract, Sweep, SweepTable } from "./contract.ts";

export interface ExampleOptions {
  readonly contract: Contract;
  /** The repository's root, in which commands run. */
  readonly root: string;
  /** The example's folder. */
  readonly folder: string;
  /** Where its sweeps, prepared data and outputs lie. */
  readonly work: string;
  readonly data: string;
  readonly quick: boolean;
  /** Program and arguments of the `mmx` command. */
  readonly mmx: readonly string[];
  readonly jobs: number | undefined;
  readonly say: (line: string) => void;
}

export interface ExampleResult {
  /** By the names of the README's places. */
  readonly contents: ReadonlyMap<string, string>;
  /** SVG by path, relative to the example. */
  readonly figures: ReadonlyMap<string, string>;
  /** What was left out, for want of files. */
  readonly left: readonly string[];
  readonly problems: readonly string[];
}

/** Runs what is not done yet; a part that fails is a problem in the result and loses no other part. */
export async function runExample(options: ExampleOptions): Promise<ExampleResult> {
  const { contract, work } = options;
  const contents = new Map<string, string>();
  const figures = new Map<string, string>();
  const left: string[] = [];
  const problems: string[] = [];
  const attempt = async (what: string, needs: readonly string[], act: () => Promise<void>): Promise<void> => {
    const absent = needs.map((path) => filled(path, options)).filter((path) => !existsSync(path));
    if (absent.length > 0) {
      left.push(`${what}: ${absent.join(", ")} is not there`);
      return;
    }
    try {
      await act();
    } catch (error) {
      problems.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  for (const { run, needs = [], makes } of contract.prepare ?? []) {
    if (makes.every((path) => existsSync(filled(path, options)))) continue;
    await attempt(run.join(" "), needs, async () => {
      await output(run, options);
    });
  }
  const swept = new Set<string>();
  for (const [name, sweep] of Object.entries(contract.sweeps ?? {})) {
    await attempt(`sweep ${name}`, Object.values(sweep.data ?? {}), async () => {
      await runSweep(name, sweep, options);
      swept.add(name);
    });
  }
  for (const [name, command] of Object.entries(contract.commands ?? {})) {
    await attempt(`command ${name}`, command.needs ?? [], async () => {
      contents.set(name, await commandText(name, command, options));
    });
  }
  for (const [name, table] of Object.entries(contract.tables ?? {})) {
    if (!table.sweeps.every((sweep) => swept.has(sweep))) continue;
    await attempt(`table ${name}`, [], async () => {
      const { text, curves } = await sweepTables(name, table, work);
      contents.set(name, text);
      for (const [path, svg] of curves) figures.set(path, svg);
    });
  }
  return { contents, figures, left, problems };
}

const filled = (text: string, { data, work }: ExampleOptions): string =>
  text.replaceAll("{data}", data).replaceAll("{work}", work);

async function runSweep(name: string, sweep: Sweep, options: ExampleOptions): Promise<void> {
  const { quick } = options;
  const seeds = quick ? (sweep.quick?.seeds ?? "1") : sweep.seeds;
  const set = {
    ...sweep.set,
    ...(quick ? Object.fromEntries(Object.entries(sweep.quick?.set ?? {}).map(([key, value]) => [key, [value]])) : {}),
  };
  await output(
    [
      ...options.mmx,
      "sweep",
      join(options.folder, sweep.spec),
      ...Object.entries(sweep.data ?? {}).flatMap(([block, path]) => ["--data", `${block}=${path}`]),
      ...Object.entries(set).flatMap(([key, values]) => ["--set", `${key}=${values.join(",")}`]),
      ...Object.entries(sweep.variants ?? {}).flatMap(([variant, settings]) => [
        "--variant",
        `${variant}:${Object.entries(settings)
          .map(([key, value]) => `${key}=${value}`)
          .join(",")}`,
      ]),
      ...(seeds === undefined ? [] : ["--seeds", seeds]),
      ...(options.jobs === undefined ? [] : ["--jobs", String(options.jobs)]),
      "--out",
      join(options.work, name),
    ],
    options,
  );
}

/** What a command prints, run again only where its command line, a file named in it, or a spec or script of the example has changed. */
async function commandText(name: string, command: Command, options: ExampleOptions): Promise<string> {
  const line = [...command.run, ...(options.quick ? (command.quick ?? []) : [])].map((part) => filled(part, options));
  const hash = createHash("sha256").update(JSON.stringify(line));
  const named = line.filter((part) => /\.\w+$/.test(part)).map((part) => join(options.root, part));
  const own = readdirSync(options.folder).filter((file) => /\.(mmx|mjs|py)$/.test(file));
  const sources = new Set([...named.filter((path) => existsSync(path)), ...own.sort().map((file) => join(options.folder, file))]);
  for (const path of sources) hash.update(readFileSync(path));
  const path = join(options.work, "commands", `${name}-${hash.digest("hex").slice(0, 16)}.txt`);
  if (!existsSync(path)) await writeAtomically(path, await output(line, options));
  const text = (await readFile(path, "utf8")).trimEnd();
  return command.gives === "markdown" ? text : `\`\`\`text\n${text}\n\`\`\``;
}

async function sweepTables(name: string, { sweeps, metrics, by = "metric" }: SweepTable, work: string) {
  const folders = sweeps.map((sweep) => join(work, sweep));
  for (const folder of folders) {
    const { runs } = isSweep(folder) ? await readSweep(folder) : { runs: [] };
    const unfinished = runs.filter(({ status }) => status !== "done").length;
    if (unfinished > 0) throw new Error(`${unfinished} trainings of ${folder} are not done`);
  }
  const { groups } = await readResults(folders);
  const tables = tablesOf(by, groups, metrics);
  const curves = new Map<string, string>();
  const texts: string[] = [];
  for (const table of tables) {
    const svg = await drawMissingCurve(table);
    const path = `tables/${name}-${(table.columns[0]?.metric ?? "").replaceAll(/[^\w-]/g, "_")}.svg`;
    if (svg !== undefined) curves.set(path, svg);
    texts.push(
      svg === undefined ? writeTables([table], "markdown") : `${writeTables([table], "markdown")}\n![${table.title}](${path})\n`,
    );
  }
  return { text: texts.join("\n"), curves };
}

/** Standard output of a command that ends well; what it prints is shown as it comes. Raises `Error` with its last words where it fails. */
async function output(command: readonly string[], options: ExampleOptions): Promise<string> {
  const [program = "", ...given] = command.map((part) => filled(part, options));
  const child = spawn(program, given, { cwd: options.root, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let errors = "";
  child.stdout.on("data", (text: Buffer) => {
    out += text.toString("utf8");
    options.say(text.toString("utf8").trimEnd());
  });
  child.stderr.on("data", (text: Buffer) => {
    errors = `${errors}${text.toString("utf8")}`.slice(-4000);
  });
  const exit = await new Promise<number>((ended, failed) => {
    child.on("error", failed);
    child.on("close", (code) => ended(code ?? 1));
  });
  if (exit === 0) return out;
  throw new Error(`${[program, ...given].slice(0, 3).join(" ")} … ended with ${exit}: ${errors.trim()}`);
}
