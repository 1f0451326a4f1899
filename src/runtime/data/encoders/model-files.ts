// A frozen encoder's files: where they lie, what they are for, and the one number that stands for them all.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { EncodingSchema } from "../../../compiler/compiled.ts";
import {
  type ModelConfig,
  modelConfigSchema,
  type PreprocessorConfig,
  preprocessorConfigSchema,
} from "../../../compiler/schemas/encoder.schema.ts";
import { JsonError, type JsonSchema, parseJson } from "../../../compiler/schemas/validate.ts";
import { fileChecksum } from "../../files/checksum.ts";
import { EncoderError } from "./encoder.ts";

export type Modality = "text" | "audio" | "image";

export interface ModelFiles {
  readonly folder: string;
  readonly modality: Modality;
  /** Features of an entry, where the model's files say. */
  readonly width: number | undefined;
  /** Tokens that the model has positions for. */
  readonly positions: number | undefined;
  /** Sounds: samples a second. */
  readonly rate: number | undefined;
  /** As transformers.js names precisions. */
  readonly dtype: "fp32" | "fp16" | "q8";
  /** Folder of the weights within the model's: `onnx`, or "". */
  readonly weights: string;
  /** SHA-256 over names and contents of the files that decide what the encoder makes. */
  readonly checksum: string;
}

/** The files of each precision, the most exact first. */
const precisions = [
  { name: "f32", dtype: "fp32", file: "model.onnx" },
  { name: "f16", dtype: "fp16", file: "model_fp16.onnx" },
  { name: "int8", dtype: "q8", file: "model_quantized.onnx" },
] as const;

/** Where models lie that a spec names without a path: `$MMX_MODELS`, else `~/.cache/mmx/models`. */
export const modelsFolder = (): string => process.env.MMX_MODELS ?? join(homedir(), ".cache", "mmx", "models");

/** A path says so by how it begins; anything else may also be a hub's name. */
export const isPath = (model: string): boolean => isAbsolute(model) || /^\.{1,2}([\\/]|$)/.test(model);

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The folder of a model on this machine, relative to the spec's or among the models; undefined where it is in neither. */
export function findModel(model: string, specFolder: string): string | undefined {
  const beside = resolve(specFolder, model);
  if (isFolder(beside)) return beside;
  const kept = join(modelsFolder(), model);
  return !isPath(model) && isFolder(kept) ? kept : undefined;
}

/** Reads what a model's folder holds. Throws `EncoderError` where it is not what the encoding asks for. */
export async function readModel(folder: string, encoding: EncodingSchema): Promise<ModelFiles> {
  const config = await readJson<ModelConfig>(folder, "config.json", modelConfigSchema);
  if (config === undefined) {
    throw new EncoderError(
      `${folder} holds no config.json`,
      "Give the folder of a model as it is exported for transformers.js: config.json, tokenizer.json, onnx/model.onnx",
    );
  }
  const preprocessor = await readJson<PreprocessorConfig>(folder, "preprocessor_config.json", preprocessorConfigSchema);
  const modality = modalityOf(folder, preprocessor, encoding.modality);
  const weights = isFolder(join(folder, "onnx")) ? "onnx" : "";
  const precision = chosenPrecision(join(folder, weights), encoding);
  const parts = readdirSync(join(folder, weights)).filter((name) => name.startsWith(precision.file));
  const around = [
    "config.json",
    "preprocessor_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
  ];
  const files = [...around.filter((name) => existsSync(join(folder, name))), ...parts.map((name) => join(weights, name)).sort()];
  return {
    folder,
    modality,
    width: config.hidden_size ?? config.d_model ?? config.dim ?? config.hidden_sizes?.at(-1),
    positions: config.max_position_embeddings,
    rate: preprocessor?.sampling_rate,
    dtype: precision.dtype,
    weights,
    checksum: await checksumOf(folder, files),
  };
}

function modalityOf(folder: string, preprocessor: PreprocessorConfig | undefined, asked: Modality | undefined): Modality {
  const has = new Set<Modality>();
  if (existsSync(join(folder, "tokenizer.json"))) has.add("text");
  if (preprocessor?.sampling_rate !== undefined) has.add("audio");
  else if (preprocessor !== undefined) has.add("image");
  const found = [...has];
  if (asked !== undefined) {
    if (has.has(asked)) return asked;
    throw new EncoderError(
      `the model in ${folder} is for ${found.join(" and ") || "no kind of sample that mmx knows"}, not for ${asked}`,
      `Give a model of ${asked}, or leave \`modality\` out`,
    );
  }
  const [only, other] = found;
  if (only !== undefined && other === undefined) return only;
  throw only === undefined
    ? new EncoderError(
        `${folder} has neither a tokenizer.json nor a preprocessor_config.json`,
        "Give the whole folder of the model: these files say how a sample is prepared for it",
      )
    : new EncoderError(`the model in ${folder} is for ${found.join(" and ")}`, `Say which: \`modality: ${only}\``);
}

function chosenPrecision(folder: string, encoding: EncodingSchema): (typeof precisions)[number] {
  const there = precisions.filter(({ file }) => existsSync(join(folder, file)));
  const chosen = encoding.weights === undefined ? there[0] : there.find(({ name }) => name === encoding.weights);
  if (chosen !== undefined) return chosen;
  const wanted = precisions.filter(({ name }) => encoding.weights === undefined || name === encoding.weights);
  throw new EncoderError(
    `${folder} holds no ${wanted.map(({ file }) => file).join(" or ")}`,
    there.length === 0
      ? "Export the model to ONNX, with optimum-cli for example, or take one that is"
      : `It has weights as ${there.map(({ name }) => name).join(" and ")}: \`weights: ${there[0]?.name}\``,
  );
}

async function readJson<Value>(folder: string, name: string, schema: JsonSchema): Promise<Value | undefined> {
  const path = join(folder, name);
  if (!existsSync(path)) return undefined;
  try {
    return await parseJson<Value>(schema, await readFile(path, "utf8"), path);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw new EncoderError(error.message, "Fetch the model anew");
  }
}

/** The files' bytes are hashed each time: a model that was changed in its place is another model. */
async function checksumOf(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${file.replaceAll("\\", "/")} ${await fileChecksum(join(folder, file))}\n`);
  return hash.digest("hex");
}
