// `sweep.json` in a sweep's folder: which trainings it is made of and how far each is. It is rewritten after every change, whole or
// not at all, so that a sweep ended at any moment goes on where it was.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sweepSchema } from "../../compiler/schemas/sweep.schema.ts";
import { parseJson } from "../../compiler/schemas/validate.ts";
import { writeAtomically } from "../files/atomic-file.ts";
import type { MetricValues } from "../train/events.ts";
import { type Configuration, folderName } from "./grid.ts";

export type RunStatus = "waiting" | "running" | "done" | "failed" | "interrupted";

export interface SweepRun {
  /** Name of its configuration. */
  readonly configuration: string;
  readonly seed: number;
  /** Its run directory, relative to the sweep's folder. */
  readonly folder: string;
  readonly status: RunStatus;
  /** Time that it took, over all attempts; null until it has run. */
  readonly seconds: number | null;
  /** Why it failed. */
  readonly problem: string | null;
  readonly test: MetricValues | null;
}

export interface SweepIndex {
  readonly format: "mmx-sweep";
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly created: string;
  /** The checksum covers the spec and the files that it uses. */
  readonly spec: { readonly path: string; readonly sha256: string };
  /** `--data` values. */
  readonly data: Readonly<Record<string, string>>;
  readonly configurations: readonly Configuration[];
  readonly runs: readonly SweepRun[];
}

/** What is asked for. */
export interface SweepRequest {
  readonly spec: SweepIndex["spec"];
  readonly data: SweepIndex["data"];
  readonly configurations: readonly Configuration[];
  readonly seeds: readonly number[];
}

/** The folder holds a sweep of something else. */
export class SweepError extends Error {
  override readonly name = "SweepError";
  constructor(
    message: string,
    readonly remedy: string,
  ) {
    super(message);
  }
}

export const indexPath = (folder: string): string => join(folder, "sweep.json");

export const isSweep = (folder: string): boolean => existsSync(indexPath(folder));

/** Raises `JsonError` where the file is damaged. */
export async function readSweep(folder: string): Promise<SweepIndex> {
  const path = indexPath(folder);
  return parseJson<SweepIndex>(sweepSchema, await readFile(path, "utf8"), path);
}

export async function writeSweep(index: SweepIndex, folder: string): Promise<void> {
  await writeAtomically(indexPath(folder), `${JSON.stringify(index, undefined, 2)}\n`);
}

/**
 * The index of a request: what the folder holds already stays, with its results, and what it lacks is added. Raises `SweepError`
 * where the folder's sweep is of another spec or other data, or a configuration of the same name sets something else.
 */
export function mergeSweep(before: SweepIndex | undefined, request: SweepRequest, folder: string): SweepIndex {
  const elsewhere = "Give another folder with --out, or delete this one to begin again.";
  if (before !== undefined && before.spec.sha256 !== request.spec.sha256)
    throw new SweepError(`the sweep in ${folder} was begun with another text of ${before.spec.path}`, elsewhere);
  if (before !== undefined && !same(before.data, request.data))
    throw new SweepError(`the sweep in ${folder} was begun with other data (${shown(before.data)})`, elsewhere);
  for (const { name, overrides } of request.configurations) {
    const known = before?.configurations.find((configuration) => configuration.name === name);
    if (known === undefined || same(known.overrides, overrides)) continue;
    throw new SweepError(`“${name}” of the sweep in ${folder} set ${shown(known.overrides)}, not ${shown(overrides)}`, elsewhere);
  }
  const configurations = [
    ...(before?.configurations ?? []),
    ...request.configurations.filter(({ name }) => !before?.configurations.some((known) => known.name === name)),
  ];
  const folders = foldersOf(configurations);
  const runs = [...(before?.runs ?? [])];
  for (const { name } of request.configurations) {
    for (const seed of request.seeds) {
      if (runs.some((run) => run.configuration === name && run.seed === seed)) continue;
      const place = `${folders.get(name)}/seed-${seed}`;
      runs.push({ configuration: name, seed, folder: place, status: "waiting", seconds: null, problem: null, test: null });
    }
  }
  const created = before?.created ?? new Date().toISOString();
  return { format: "mmx-sweep", version: 1, created, spec: request.spec, data: request.data, configurations, runs };
}

/** A folder a configuration, numbered where two names would share one. */
function foldersOf(configurations: readonly Configuration[]): ReadonlyMap<string, string> {
  const folders = new Map<string, string>();
  const taken = new Set<string>();
  for (const { name } of configurations) {
    const plain = folderName(name);
    let folder = plain;
    for (let count = 2; taken.has(folder.toLowerCase()); count += 1) folder = `${plain}-${count}`;
    taken.add(folder.toLowerCase());
    folders.set(name, folder);
  }
  return folders;
}

function same(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => left[key] === right[key]);
}

function shown(settings: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
  return pairs.length === 0 ? "nothing" : pairs.join(", ");
}
