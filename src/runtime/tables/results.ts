// Reads the test results of runs and sweeps for tables: every run of one configuration, whatever folder it lies in, makes one group,
// with a result for each seed.
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { isSweep, readSweep } from "../sweep/sweep-index.ts";
import type { ConditionResult, MetricValues } from "../train/events.ts";
import { readMetrics } from "../train/metrics-log.ts";
import { type RunConfig, readRunConfig } from "../train/run-directory.ts";

export interface SeedResult {
  readonly seed: number;
  readonly metrics: MetricValues;
  readonly missing: readonly ConditionResult<MetricValues>[];
}

/** All seeds of one configuration. */
export interface Group {
  readonly name: string;
  /** The sweep that it belongs to; its own name for runs that belong to none. */
  readonly sweep: string;
  readonly seeds: readonly SeedResult[];
}

export interface Results {
  readonly groups: readonly Group[];
  /** What a person should know: runs left out because they are not finished, seeds found twice. */
  readonly notes: readonly string[];
}

interface Found {
  readonly folder: string;
  readonly config: RunConfig;
  readonly sweep: string | undefined;
  /** The name that its sweep gives its configuration. */
  readonly name: string | undefined;
  readonly seeds: readonly SeedResult[];
}

/** Results of run directories and sweep folders. Raises `TrainError` for a folder that is neither, `JsonError` for a damaged file. */
export async function readResults(folders: readonly string[]): Promise<Results> {
  const found: Found[] = [];
  const notes: string[] = [];
  for (const folder of folders) {
    if (!isSweep(folder)) {
      found.push(await readRun(folder, undefined, undefined, notes));
      continue;
    }
    const { runs } = await readSweep(folder);
    const done = runs.filter(({ status }) => status === "done");
    if (done.length < runs.length)
      notes.push(`${folder}: ${done.length} of ${runs.length} trainings are done; the others are left out`);
    for (const run of done) found.push(await readRun(join(folder, run.folder), basename(folder), run.configuration, notes));
  }
  const groups = grouped(found, notes).filter(({ seeds }) => seeds.length > 0);
  return { groups, notes };
}

async function readRun(folder: string, sweep: string | undefined, name: string | undefined, notes: string[]): Promise<Found> {
  const config = await readRunConfig(folder);
  const path = join(folder, "metrics.jsonl");
  const rows = existsSync(path) ? await readMetrics(path) : [];
  const seeds = config.seeds.flatMap((seed) => {
    const row = rows.findLast((each) => each.kind === "test" && each.seed === seed);
    return row?.kind === "test" ? [{ seed, metrics: row.metrics, missing: row.missing }] : [];
  });
  if (seeds.length < config.seeds.length)
    notes.push(`${folder}: ${seeds.length} of ${config.seeds.length} seeds have been tested; the others are left out`);
  return { folder, config, sweep, name, seeds };
}

function grouped(found: readonly Found[], notes: string[]): readonly Group[] {
  const keys = found.map(keyOf);
  const names = namesOf(found);
  return [...new Set(keys)].map((key) => {
    const members = found.filter((_, at) => keys[at] === key);
    const first = found[keys.indexOf(key)] as Found;
    const seeds = new Map<number, SeedResult>();
    for (const { folder, seeds: results } of members) {
      for (const result of results) {
        if (seeds.has(result.seed))
          notes.push(`${folder}: seed ${result.seed} of this configuration is there already; counted once`);
        else seeds.set(result.seed, result);
      }
    }
    const name = names[keys.indexOf(key)] ?? first.folder;
    return { name, sweep: first.sweep ?? name, seeds: [...seeds.values()].toSorted((a, b) => a.seed - b.seed) };
  });
}

/** What makes two runs the same but for their seeds; how the test was asked for is part of it, as tables compare its results. */
function keyOf({ config, sweep, name }: Found): string {
  if (name !== undefined) return JSON.stringify([sweep, name]);
  const texts = config.spec.files.map(({ text }) => text);
  return JSON.stringify([texts, sorted(config.overrides), sorted(checksums(config)), config.planHash]);
}

/** The configuration's name in its sweep; else what tells the runs apart: spec, settings, data; else the folder. */
function namesOf(found: readonly Found[]): readonly string[] {
  const loose = found.filter(({ name }) => name === undefined);
  const differ = (part: (run: Found) => string): boolean => new Set(loose.map(part)).size > 1;
  const settings = [...new Set(loose.flatMap(({ config }) => Object.keys(config.overrides)))].filter((key) =>
    differ(({ config }) => config.overrides[key] ?? ""),
  );
  const specs = differ(({ config }) => config.spec.path);
  const data = differ(({ config }) => dataNames(config));
  const labels = found.map(({ name, config, folder }) => {
    if (name !== undefined) return name;
    const set = settings.flatMap((key) => (config.overrides[key] === undefined ? [] : [`${key} = ${config.overrides[key]}`]));
    const parts = [...(specs ? [basename(config.spec.path, ".mmx")] : []), ...(data ? [dataNames(config)] : []), ...set];
    if (parts.length > 0) return parts.join(", ");
    return settings.length > 0 ? "the spec" : basename(folder);
  });
  const keys = found.map(keyOf);
  // Two configurations of one name are told apart by their sweep, or by their folder.
  return labels.map((label, at) => {
    const others = labels.flatMap((other, index) => (other === label && keys[index] !== keys[at] ? [found[index] as Found] : []));
    if (others.length === 0) return label;
    const run = found[at] as Found;
    const apart = run.sweep !== undefined && others.every(({ sweep }) => sweep !== run.sweep);
    return `${label} (${apart ? run.sweep : basename(run.folder)})`;
  });
}

const checksums = ({ data }: RunConfig): Record<string, string> =>
  Object.fromEntries(Object.entries(data).map(([name, { sha256 }]) => [name, sha256]));

const dataNames = ({ data }: RunConfig): string =>
  [...new Set(Object.values(data).map(({ path }) => basename(path)))].join(" + ");

const sorted = (record: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
