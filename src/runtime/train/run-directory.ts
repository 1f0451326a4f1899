// A run directory: `run.json` (what recreates the run), `metrics.jsonl`, `checkpoints/`, `curves/` and `report.html`.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CompiledSpec } from "../../compiler/compiled.ts";
import { runSchema } from "../../compiler/schemas/run.schema.ts";
import { parseJson } from "../../compiler/schemas/validate.ts";
import { writeAtomically } from "../files/atomic-file.ts";
import { TrainError } from "./train-error.ts";

export interface RunConfig {
  readonly format: "mmx-run";
  readonly version: 1;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly spec: { readonly path: string; readonly files: readonly { readonly path: string; readonly text: string }[] };
  /** `--set` values. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly model: string;
  readonly seeds: readonly number[];
  readonly executor: string;
  /** Checksum of the training and evaluation graphs; a checkpoint goes on only under the same. */
  readonly planHash: string;
  /** mmx, node, tfjs, … */
  readonly versions: Readonly<Record<string, string>>;
  readonly data: Readonly<
    Record<string, { readonly path: string; readonly sha256: string; readonly parts: Readonly<Record<string, number>> }>
  >;
  readonly sizes: Readonly<Record<string, number>>;
  /** Number of trainable values. */
  readonly parameters: number;
}

export interface RunPaths {
  readonly folder: string;
  readonly config: string;
  readonly metrics: string;
  readonly report: string;
  readonly curves: string;
  /** `last` or `best` of a seed. */
  checkpoint(seed: number, which: "last" | "best"): string;
}

/** Where a run keeps its files. With several seeds each has its own checkpoints, `checkpoints/seed-1112/`. */
export function runPaths(folder: string, seeds: readonly number[]): RunPaths {
  const checkpoints = (seed: number): string =>
    seeds.length === 1 ? join(folder, "checkpoints") : join(folder, "checkpoints", `seed-${seed}`);
  return {
    folder,
    config: join(folder, "run.json"),
    metrics: join(folder, "metrics.jsonl"),
    report: join(folder, "report.html"),
    curves: join(folder, "curves"),
    checkpoint: (seed, which) => join(checkpoints(seed), `${which}.safetensors`),
  };
}

export async function writeRunConfig(config: RunConfig, folder: string): Promise<void> {
  await writeAtomically(join(folder, "run.json"), `${JSON.stringify(config, undefined, 2)}\n`);
}

/** Reads a run's `run.json`. Raises `TrainError` where the folder is no run, `JsonError` where the file is damaged. */
export async function readRunConfig(folder: string): Promise<RunConfig> {
  const path = join(folder, "run.json");
  if (!existsSync(path))
    throw new TrainError(`${folder} is no run: it has no run.json`, "Give the folder that `mmx train` printed.");
  return parseJson<RunConfig>(runSchema, await readFile(path, "utf8"), path);
}

/** sha256 over everything that decides what a training computes; comments and layout of the spec play no part. */
export function hashPlans(spec: CompiledSpec): string {
  const model = spec.models.find((candidate) => candidate.name === spec.train?.model);
  const essence = JSON.stringify([spec.train, model?.variables, model?.evaluation], (key, value: unknown) =>
    key === "origin" || key === "span" || key === "doc" || key === "seed" ? undefined : value,
  );
  return createHash("sha256").update(essence).digest("hex");
}
