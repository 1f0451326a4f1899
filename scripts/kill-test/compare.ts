// Compares trainings bit for bit: checkpoints at equal positions (weights, banks, optimiser values), the files that a finished
// run leaves, and its log.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckpointHeader } from "../../src/runtime/train/checkpoint.ts";
import { decodeSafetensors } from "../../src/runtime/train/safetensors.ts";

/** Checkpoints by the position that they stand at; `known` are those of an uninterrupted run. */
export type Positions = ReadonlyMap<string, Uint8Array>;

export async function byPosition(checkpoints: readonly Uint8Array[]): Promise<Positions> {
  const found = new Map<string, Uint8Array>();
  for (const bytes of checkpoints) found.set(await positionOf(bytes), bytes);
  return found;
}

async function positionOf(bytes: Uint8Array): Promise<string> {
  const { metadata } = await decodeSafetensors(bytes, "a checkpoint");
  const { stage, epoch, batch, finished } = (JSON.parse(metadata.mmx ?? "") as CheckpointHeader).position;
  return `stage ${stage + 1}, epoch ${epoch}, batch ${batch}${finished ? ", finished" : ""}`;
}

export interface Comparison {
  /** Checkpoints that the uninterrupted run has too. */
  readonly compared: number;
  readonly differences: readonly string[];
}

/** Compares checkpoints with the uninterrupted run's at the same positions; the whole files, header included. */
export async function comparePositions(checkpoints: readonly Uint8Array[], known: Positions): Promise<Comparison> {
  let compared = 0;
  const differences: string[] = [];
  for (const [position, bytes] of await byPosition(checkpoints)) {
    const reference = known.get(position);
    if (reference === undefined) continue;
    compared += 1;
    differences.push(...(await tensorDifferences(bytes, reference)).map((difference) => `${position}: ${difference}`));
  }
  return { compared, differences };
}

/** What differs between two finished run directories: every tensor of these checkpoints, the headers, the log. */
export async function compareRuns(
  run: string,
  reference: string,
  checkpoints: readonly string[] = ["last", "best"],
): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const name of checkpoints) {
    const path = join("checkpoints", `${name}.safetensors`);
    const found = await tensorDifferences(readFileSync(join(run, path)), readFileSync(join(reference, path)));
    differences.push(...found.map((difference) => `${name}: ${difference}`));
  }
  const [rows, wanted] = [run, reference].map((folder) => readFileSync(join(folder, "metrics.jsonl"), "utf8").split("\n"));
  const row = (wanted ?? []).findIndex((line, at) => line !== rows?.[at]);
  if (row !== -1 || rows?.length !== wanted?.length) differences.push(`metrics.jsonl from row ${row + 1} on`);
  return differences;
}

async function tensorDifferences(bytes: Uint8Array, reference: Uint8Array): Promise<readonly string[]> {
  if (Buffer.compare(bytes, reference) === 0) return [];
  const [found, wanted] = [await decodeSafetensors(bytes, "a checkpoint"), await decodeSafetensors(reference, "the reference")];
  const names = new Set([...found.tensors.keys(), ...wanted.tensors.keys()]);
  const differing = [...names].filter((name) => {
    const [one, other] = [found.tensors.get(name), wanted.tensors.get(name)];
    return one === undefined || other === undefined || Buffer.compare(bitsOf(one.data), bitsOf(other.data)) !== 0;
  });
  return differing.length === 0 ? ["the header"] : differing;
}

const bitsOf = (data: Float32Array | Int32Array | Float64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
