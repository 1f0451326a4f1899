// Finds and loads `@huggingface/transformers`, the optional package that runs frozen encoders. mmx does not depend on it: it may
// be installed beside mmx, or by `npm run encoders` in a folder of its own.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { EncoderError } from "./encoder.ts";

export const transformersPackage = "@huggingface/transformers";

export interface ModelTensor {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

export type ModelOutputs = Readonly<Record<string, ModelTensor | undefined>>;

export interface LoadedModel {
  (inputs: Readonly<Record<string, unknown>>): Promise<ModelOutputs>;
  dispose(): Promise<unknown>;
}

export type Tokenizer = (texts: readonly string[]) => Readonly<Record<string, ModelTensor>>;

type Processor = (sample: unknown) => Promise<Readonly<Record<string, unknown>>>;

interface Pretrained<Loaded> {
  from_pretrained(id: string, options: Readonly<Record<string, unknown>>): Promise<Loaded>;
}

/** The part of the package that mmx uses. */
export interface Transformers {
  readonly env: { allowRemoteModels: boolean; allowLocalModels: boolean; localModelPath: string; useFSCache: boolean };
  readonly AutoTokenizer: Pretrained<Tokenizer>;
  readonly AutoModel: Pretrained<LoadedModel>;
  readonly AutoFeatureExtractor: Pretrained<Processor>;
  readonly AutoImageProcessor: Pretrained<Processor>;
  readonly Tensor: new (type: "int64", data: BigInt64Array, dims: readonly number[]) => ModelTensor;
  readonly RawImage: { read(path: string): Promise<unknown> };
}

/** Where `npm run encoders` installs the package: `$MMX_ENCODERS`, else `~/.cache/mmx/encoders`. */
const ownFolder = (): string => process.env.MMX_ENCODERS ?? join(homedir(), ".cache", "mmx", "encoders");

/** The entry file of the package, or undefined where it is not installed. */
function findEntry(): string | undefined {
  for (const from of [import.meta.url, join(ownFolder(), "package.json")]) {
    try {
      return createRequire(from).resolve(transformersPackage);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND")) throw error;
    }
  }
  return undefined;
}

/** Whether the package is installed; it may still fail to load. */
export const hasTransformers = (): boolean => findEntry() !== undefined;

/** Loads the package. Throws `EncoderError` where it is not installed or cannot start. */
export async function loadTransformers(): Promise<Transformers> {
  const entry = findEntry();
  if (entry === undefined || !existsSync(entry)) {
    throw new EncoderError(
      `the package ${transformersPackage}, which runs frozen encoders, is not installed`,
      `Install it with: npm run encoders, or beside mmx with: npm install ${transformersPackage}`,
    );
  }
  try {
    const { env, ...rest } = (await import(pathToFileURL(entry).href)) as Transformers;
    env.allowRemoteModels = false;
    env.allowLocalModels = true;
    env.useFSCache = false;
    return { env, ...rest };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EncoderError(`the package ${transformersPackage} does not start: ${why}`, "Install it anew with: npm run encoders");
  }
}
