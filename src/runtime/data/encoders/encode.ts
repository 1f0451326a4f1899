// Runs a frozen encoder over a column, or takes from the disk what it made before: the model is loaded only where a sample is new.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { EncodingSchema } from "../../../compiler/compiled.ts";
import { fileChecksum } from "../../files/checksum.ts";
import { openAudio } from "./audio.ts";
import { type Block, blockKey, readBlock, writeBlock } from "./cache.ts";
import { type Encoded, type Encoder, EncoderError } from "./encoder.ts";
import { fetchModel } from "./hub.ts";
import { openImage } from "./image.ts";
import { findModel, isPath, type Modality, type ModelFiles, readModel } from "./model-files.ts";
import { openText } from "./text.ts";
import { loadTransformers } from "./transformers.ts";

/** Samples kept together: an interrupted run loses less than one block, and appended samples cost only themselves. */
const blockSize = 64;

export interface EncodePlaces {
  /** The spec's folder: a model's path starts there. */
  readonly specFolder: string;
  /** The data file's folder: paths of sounds and images start there. */
  readonly dataFolder: string;
  readonly report: (progress: EncodeProgress) => void;
}

/** How far an encoding is; shown to whoever waits for it. */
export interface EncodeProgress {
  readonly model: string;
  readonly text?: string;
  readonly done: number;
  readonly total: number;
}

/** One column encoded: a row, or a sequence of rows, for each sample; an absent sample has one row of NaN. */
export type EncodedColumn = Block;

/** The model's files, fetched where they are not on this machine. Throws `EncoderError`. */
export async function locateModel(encoding: EncodingSchema, places: EncodePlaces): Promise<ModelFiles> {
  const { model, checksum } = encoding;
  let folder = findModel(model, places.specFolder);
  if (folder === undefined) {
    if (isPath(model)) {
      const path = resolve(places.specFolder, model);
      throw new EncoderError(`there is no model in ${path}`, "Put the model's folder there, or correct the path in the spec");
    }
    folder = await fetchModel(encoding, (text) => places.report({ model, text, done: 0, total: 0 }));
  }
  const files = await readModel(folder, encoding);
  if (checksum === undefined || checksum === files.checksum) return files;
  throw new EncoderError(
    `the model in ${folder} is another than the spec's: its checksum is ${files.checksum}, not ${checksum}`,
    "Fetch the model that the spec means, or put this one's checksum in the spec",
  );
}

/** Encodes a column. Samples that are "" are absent where the field is optional. Throws `EncoderError`. */
export async function encodeColumn(
  encoding: EncodingSchema,
  cells: readonly string[],
  optional: boolean,
  places: EncodePlaces,
): Promise<EncodedColumn> {
  const model = await knownModel(encoding, places);
  const absent = (cell: string): boolean => optional && cell.trim() === "";
  const distinct = [...new Set(cells.filter((cell) => !absent(cell)))];
  const samples = distinct.map((cell) => sampleOf(cell, model.modality, places));
  const options = [model.modality, encoding.pool, encoding.length ?? 0];
  let running: Promise<Encoder> | undefined;
  const encoder = (): Promise<Encoder> => {
    running ??= openEncoder(encoding, places);
    return running;
  };
  const rows = new Map<string, Float32Array>();
  let width = 1;
  try {
    for (let from = 0; from < distinct.length; from += blockSize) {
      const part = samples.slice(from, from + blockSize);
      const hashes = await Promise.all(part.map((sample) => sampleHash(sample, model.modality)));
      const key = blockKey(model.checksum, options, hashes);
      let block = await readBlock(key);
      if (block === undefined) {
        const report = (done: number): void =>
          places.report({ model: encoding.model, done: from + done, total: distinct.length });
        block = await encodeBlock(await encoder(), part, encoding, report);
        const { checksum, modality } = model;
        await writeBlock(key, block, { model: encoding.model, checksum, modality, pool: encoding.pool });
      }
      width = block.width;
      let at = 0;
      for (const [index, length] of block.lengths.entries()) {
        rows.set(distinct[from + index] as string, block.values.subarray(at * width, (at + length) * width));
        at += length;
      }
    }
  } finally {
    await (await running)?.close();
  }
  return gather(cells, rows, width);
}

/** With a checksum in the spec, what was kept needs no model at all; else the model's files say which one it is. */
async function knownModel(encoding: EncodingSchema, places: EncodePlaces): Promise<Pick<ModelFiles, "checksum" | "modality">> {
  const { checksum, modality = "text" } = encoding;
  if (checksum !== undefined && findModel(encoding.model, places.specFolder) === undefined) return { checksum, modality };
  return locateModel(encoding, places);
}

async function openEncoder(encoding: EncodingSchema, places: EncodePlaces): Promise<Encoder> {
  const files = await locateModel(encoding, places);
  const transformers = await loadTransformers();
  if (files.modality === "audio") return openAudio(transformers, files);
  if (files.modality === "image") return openImage(transformers, files);
  return openText(transformers, files, encoding);
}

function sampleOf(cell: string, modality: Modality, { dataFolder }: EncodePlaces): string {
  if (modality === "text") return cell;
  const path = resolve(dataFolder, cell);
  if (existsSync(path)) return path;
  const kind = modality === "audio" ? "a sound" : "an image";
  throw new EncoderError(
    `${JSON.stringify(cell.slice(0, 80))} is no file in ${dataFolder}, and the model reads ${kind} from a file`,
    `Give paths in this column, relative to the data file, or a model of text`,
  );
}

const sampleHash = async (sample: string, modality: Modality): Promise<string> =>
  modality === "text" ? createHash("sha256").update(sample).digest("hex") : fileChecksum(sample);

async function encodeBlock(
  encoder: Encoder,
  samples: readonly string[],
  encoding: EncodingSchema,
  report: (done: number) => void,
): Promise<Block> {
  const parts: Float32Array[] = [];
  const lengths: number[] = [];
  let width = 1;
  for (const [at, sample] of samples.entries()) {
    report(at);
    const encoded = pooled(await encoder.encode(sample), encoding);
    const [odd] = encoded.values.filter((value) => !Number.isFinite(value));
    if (odd !== undefined) {
      throw new EncoderError(`the model makes ${odd} of ${JSON.stringify(sample.slice(0, 80))}`, "Leave this sample out");
    }
    parts.push(encoded.values);
    lengths.push(encoded.length);
    width = encoded.width;
  }
  report(samples.length);
  return { width, lengths, values: joined(parts) };
}

/** One row, or the sequence cut to its length. */
function pooled(encoded: Encoded, { pool, length: most, model }: EncodingSchema): Encoded {
  const { values, width } = encoded;
  const length = Math.min(encoded.length, most ?? Number.POSITIVE_INFINITY);
  if (pool === "none") {
    if (encoded.pooled) {
      throw new EncoderError(`${model} gives one row a sample, no sequence`, "Declare the field f32[B, F], without `pool: none`");
    }
    return { ...encoded, length, values: values.subarray(0, length * width) };
  }
  if (pool === "first") return { ...encoded, length: 1, values: values.subarray(0, width) };
  const mean = new Float64Array(width);
  for (let at = 0; at < length * width; at += 1)
    mean[at % width] = (mean[at % width] as number) + (values[at] as number) / length;
  return { ...encoded, length: 1, values: Float32Array.from(mean) };
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  return values;
}

function gather(cells: readonly string[], rows: ReadonlyMap<string, Float32Array>, width: number): EncodedColumn {
  const missing = new Float32Array(width).fill(Number.NaN);
  const parts = cells.map((cell) => rows.get(cell) ?? missing);
  return { width, lengths: parts.map((part) => part.length / width), values: joined(parts) };
}
