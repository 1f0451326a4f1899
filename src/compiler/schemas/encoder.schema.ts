// Schemas of the files that frozen encoders read and write: the part of a model's own files that mmx looks at, a hub's answer,
// and the note beside each block of kept encodings.
import type { JsonSchema } from "./validate.ts";

const draft = "http://json-schema.org/draft-07/schema#";
const whole = { type: "integer", minimum: 1 };

/** `config.json` of a model. */
export interface ModelConfig {
  readonly model_type: string;
  readonly hidden_size?: number;
  readonly d_model?: number;
  readonly dim?: number;
  readonly hidden_sizes?: readonly number[];
  readonly max_position_embeddings?: number;
}

export const modelConfigSchema: JsonSchema = {
  $schema: draft,
  title: "a model's config.json",
  type: "object",
  required: ["model_type"],
  properties: {
    model_type: { type: "string" },
    hidden_size: whole,
    d_model: whole,
    dim: whole,
    hidden_sizes: { type: "array", items: whole },
    max_position_embeddings: { type: "integer" },
  },
};

/** `preprocessor_config.json` of a model of sounds or images. */
export interface PreprocessorConfig {
  readonly feature_extractor_type?: string;
  readonly image_processor_type?: string;
  readonly sampling_rate?: number;
}

export const preprocessorConfigSchema: JsonSchema = {
  $schema: draft,
  title: "a model's preprocessor_config.json",
  type: "object",
  properties: {
    feature_extractor_type: { type: "string" },
    image_processor_type: { type: "string" },
    sampling_rate: { type: "number", exclusiveMinimum: 0 },
  },
};

/** What a hub says of a model. */
export interface HubModel {
  readonly sha: string;
  readonly siblings: readonly { readonly rfilename: string }[];
}

export const hubModelSchema: JsonSchema = {
  $schema: draft,
  title: "a hub's description of a model",
  type: "object",
  required: ["sha", "siblings"],
  properties: {
    sha: { type: "string", minLength: 1 },
    siblings: {
      type: "array",
      items: { type: "object", required: ["rfilename"], properties: { rfilename: { type: "string", minLength: 1 } } },
    },
  },
};

/** The note beside a block of kept encodings, whose values are little-endian float32, [sum of lengths, width]. */
export interface EncodedBlock {
  readonly format: 1;
  readonly model: string;
  /** SHA-256 over the model's files. */
  readonly checksum: string;
  readonly modality: "text" | "audio" | "image";
  readonly pool: "mean" | "first" | "none";
  readonly width: number;
  /** Rows of each sample. */
  readonly lengths: readonly number[];
  /** SHA-256 of the values' file. */
  readonly values: string;
}

export const encodedBlockSchema: JsonSchema = {
  $schema: draft,
  title: "a block of kept encodings",
  type: "object",
  additionalProperties: false,
  required: ["format", "model", "checksum", "modality", "pool", "width", "lengths", "values"],
  properties: {
    format: { const: 1 },
    model: { type: "string" },
    checksum: { type: "string", pattern: "^[0-9a-f]{64}$" },
    modality: { enum: ["text", "audio", "image"] },
    pool: { enum: ["mean", "first", "none"] },
    width: whole,
    lengths: { type: "array", items: { type: "integer", minimum: 0 } },
    values: { type: "string", pattern: "^[0-9a-f]{64}$" },
  },
};
