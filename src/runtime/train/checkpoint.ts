// Checkpoints: all variables and where the training stood, in one safetensors file written atomically. Randomness is
// counter-based, so position, seed and variables are the whole state.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { checkpointSchema } from "../../compiler/schemas/checkpoint.schema.ts";
import { parseJson } from "../../compiler/schemas/validate.ts";
import type { Statistics } from "../data/dataset.ts";
import type { HostTensor } from "../executors/executor.ts";
import { writeAtomically } from "../files/atomic-file.ts";
import type { Tracker } from "./early-stop.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { TrainError } from "./train-error.ts";

/** Where training goes on. */
export interface TrainPosition {
  /** Index of the stage; the number of stages once all are done. */
  readonly stage: number;
  /** Epoch of the stage to go on in, from 1, and its next batch, from 0. */
  readonly epoch: number;
  readonly batch: number;
  /** Optimiser steps done in the stage and in the whole run of this seed. */
  readonly stageStep: number;
  readonly runStep: number;
  readonly finished: boolean;
  readonly stop: Tracker;
  readonly keep: Tracker;
  /** Sums of `loss × samples` over the epoch so far. */
  readonly running: { readonly samples: number; readonly sums: Readonly<Record<string, number>> };
  /** Length of `metrics.jsonl` at this moment; what was written later is dropped on resuming. */
  readonly metricsBytes: number;
}

export interface CheckpointHeader {
  readonly format: "mmx-checkpoint";
  readonly version: 1;
  readonly model: string;
  readonly seed: number;
  readonly planHash: string;
  readonly executor: string;
  readonly position: TrainPosition;
  /** By data block: the scaling fitted on its training part. */
  readonly statistics: Readonly<Record<string, Statistics>>;
}

export interface Checkpoint {
  readonly header: CheckpointHeader;
  readonly variables: ReadonlyMap<string, HostTensor>;
}

/** Writes a checkpoint. Raises `TrainError` where a variable holds a value that is not finite: such a state is never kept. */
export async function saveCheckpoint(path: string, { header, variables }: Checkpoint): Promise<void> {
  for (const [name, tensor] of variables) {
    if (!tensor.data.every(Number.isFinite))
      throw new TrainError(`${name} holds a value that is not finite, so ${path} was not written`);
  }
  const metadata = { mmx: JSON.stringify(header), sha256: digest(variables) };
  await writeAtomically(path, encodeSafetensors({ tensors: variables, metadata }));
}

/** Reads a checkpoint back, checked whole. Raises `TrainError` or `JsonError` that name the file and what is wrong. */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const bytes = await readFile(path).catch((problem: NodeJS.ErrnoException) => {
    throw new TrainError(`${path} cannot be read: ${problem.code === "ENOENT" ? "there is no such file" : problem.message}`);
  });
  const { tensors, metadata } = await decodeSafetensors(bytes, path);
  if (metadata.mmx === undefined) {
    throw new TrainError(`${path} is a safetensors file, but no checkpoint of mmx: its header says nothing of a training`);
  }
  const header = await parseJson<CheckpointHeader>(checkpointSchema, metadata.mmx, `${path} (header, __metadata__.mmx)`);
  if (metadata.sha256 !== digest(tensors)) {
    throw new TrainError(
      `${path} is damaged: its tensors do not have the checksum written with them`,
      "Take another checkpoint, or train again.",
    );
  }
  return { header, variables: tensors };
}

function digest(tensors: ReadonlyMap<string, HostTensor>): string {
  const hash = createHash("sha256");
  for (const [name, { data }] of [...tensors].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash
      .update(name)
      .update("\0")
      .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}
