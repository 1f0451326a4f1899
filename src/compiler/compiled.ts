// What checking a spec yields for the runtime, the CLI and the language server: plain records, no live compiler state.
//
// Names of graph inputs (the contract between the batcher and every stage graph), P being a model parameter (`clip`):
//   P.field            the field's batch, f32 or i32 (labels as class numbers); absent or padded entries are 0
//   P#length.T         i32[B]: the samples' lengths along the ragged dimension T
//   P#present.field    f32[B]: 1 where the optional field is there (after modality drop or a missing protocol)
//   P#index            i32[B]: the samples' positions in the bank-owning split (the training split)
//   #progress          f32[]: completed share of the stage, 0 .. 1     #epoch  f32[]: epoch of the stage, from 1
//   #step              i32[]: step of the whole run, from 0            #update f32[]: optimiser step of the stage, from 1
//   #rate              f32[]: factor of the schedule on every learning rate
//   #seed              i32[]: the run's seed
// Names of graph outputs: `loss.NAME`, `total`, `gradient_norm`, `predict.NAME`, `value.NAME` (named values on request).
import type { Dim } from "./dims/dim.ts";
import type { DType, SymbolicGraph } from "./ir/graph.ts";
import type { CompiledPipeline } from "./pipeline/graph.ts";
import type { Span } from "./source/span.ts";

export interface CompiledSpec {
  /** Path of the spec and of every file it uses, with their texts: enough to recreate the run. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly data: readonly DataSchema[];
  readonly models: readonly CompiledModel[];
  readonly train: TrainProgram | undefined;
  readonly evaluate: EvaluateProgram | undefined;
  readonly pipelines: readonly CompiledPipeline[];
  /** Symbols whose size the data decide (`Ft`, `T`), with the place that introduced them. */
  readonly dimensions: readonly DimensionInfo[];
}

export interface DimensionInfo {
  readonly symbol: string;
  readonly kind: "batch" | "ragged" | "data" | "samples";
  /** Largest size allowed (`dim T <= 500`). */
  readonly bound: number | undefined;
  readonly span: Span | undefined;
}

// ---------------------------------------------------------------- data

export interface DataSchema {
  readonly name: string;
  readonly doc: string | undefined;
  readonly fields: readonly FieldSchema[];
  /** Default path from `file "…"`, relative to the spec; `--data NAME=PATH` overrides. */
  readonly file: string | undefined;
  readonly split: SplitSchema | undefined;
  /** Fields scaled per feature to zero mean and unit variance, fitted on the training split only. */
  readonly standardise: readonly string[];
  readonly span: Span;
}

export interface FieldSchema {
  readonly name: string;
  /** An `id` may split, group or name samples; a model can never read it. */
  readonly role: "input" | "target" | "id";
  /** `text` columns hold strings and only ids may be text in this version. */
  readonly element: "f32" | "i32" | "bool" | "text" | "labels";
  /** The axes after B. */
  readonly axes: readonly FieldAxis[];
  readonly optional: boolean;
  readonly range: { readonly low: number; readonly high: number } | undefined;
  /** Class names, in order, where element is `labels`. */
  readonly labels: readonly string[] | undefined;
  /** Column in the file; for an encoded field the name that what the encoder made goes by. */
  readonly column: string;
  readonly encoding?: EncodingSchema | undefined;
  readonly span: Span;
}

/** What a frozen encoder makes of a column of the file: `from encode(raw.text, "MODEL")`. */
export interface EncodingSchema {
  /** The file's column: texts, or paths of sounds or images beside the file. */
  readonly column: string;
  /** A folder, relative to the spec, or a hub's name for the model. */
  readonly model: string;
  /** What the column holds; undefined: the model's files tell. */
  readonly modality: "text" | "audio" | "image" | undefined;
  /** `none` keeps the sequence of tokens, frames or patches. */
  readonly pool: "mean" | "first" | "none";
  /** Tokens, frames or patches that are read at most. */
  readonly length: number | undefined;
  /** Which of the model's weights; undefined: the most exact that its folder has. */
  readonly weights: "f32" | "f16" | "int8" | undefined;
  /** SHA-256 that the model's files must have. */
  readonly checksum: string | undefined;
  readonly span: Span;
}

export interface FieldAxis {
  readonly size: Dim;
  readonly name: string | undefined;
  readonly ragged: boolean;
}

export type SplitSchema =
  | { readonly kind: "column"; readonly column: string; readonly parts: Readonly<Record<string, readonly (number | string)[]>> }
  | {
      readonly kind: "random";
      /** Share of the samples for each part; they add up to 1. */
      readonly parts: Readonly<Record<string, number>>;
      readonly seed: number;
      readonly stratify: string | undefined;
      readonly group: string | undefined;
    };

// ---------------------------------------------------------------- models

export interface ModelParameter {
  readonly name: string;
  readonly data: string;
  /** Fields the model may not read (`clip without mood`). */
  readonly without: readonly string[];
}

export type Initializer =
  | { readonly kind: "constant"; readonly value: number }
  /** Uniform in ±sqrt(6/(fanIn+fanOut)) (Glorot and Bengio 2010). */
  | { readonly kind: "glorot"; readonly fanIn: Dim; readonly fanOut: Dim }
  /** Normal with variance 2/fanIn (He et al. 2015). */
  | { readonly kind: "he"; readonly fanIn: Dim }
  /** Uniform in ±1/sqrt(fanIn), PyTorch's default for linear layers. */
  | { readonly kind: "fan_in"; readonly fanIn: Dim }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal"; readonly deviation: number }
  /** Rows (or columns) orthonormal (Saxe et al. 2014); two axes. */
  | { readonly kind: "orthogonal" }
  /** A bank that starts as a column of the training split. */
  | { readonly kind: "column"; readonly parameter: string; readonly field: string };

export interface VariableDeclaration {
  /** Weight path `Tri/h/text/Coder/Linear.weight`, bank `Tri/seen/text`, or optimiser slot `joint/adamw.m:PATH`. */
  readonly name: string;
  readonly shape: readonly Dim[];
  readonly dtype: DType;
  readonly initializer: Initializer;
  readonly kind: "weight" | "bank" | "slot";
  readonly span: Span | undefined;
}

export interface Prediction {
  /** Name in `predict NAME`; the target field of that name where there is one. */
  readonly name: string;
  readonly parameter: string;
  readonly field: FieldSchema;
  /** regression: values; classes: logits over the labels; binary: one logit; multilabel: a logit a label. */
  readonly task: "regression" | "classes" | "binary" | "multilabel";
}

export interface CompiledModel {
  readonly name: string;
  readonly doc: string | undefined;
  readonly parameters: readonly ModelParameter[];
  /** Weights and banks. */
  readonly variables: readonly VariableDeclaration[];
  readonly losses: readonly string[];
  readonly predictions: readonly Prediction[];
  /** Evaluation mode: outputs `predict.*`, `loss.*`; reads no targets but in losses. */
  readonly evaluation: SymbolicGraph;
  /** Prediction only: outputs `predict.*`; reads no target at all. */
  readonly prediction: SymbolicGraph;
  /** Named values in source order, for `mmx show shapes` and hover: path, printed type. */
  readonly values: readonly {
    readonly path: string;
    readonly type: string;
    readonly span: Span;
  }[];
}

// ---------------------------------------------------------------- training

export interface TrainProgram {
  readonly model: string;
  /** For each model parameter the data it is trained on; several names are concatenated (`dolos + mdpe`). */
  readonly on: Readonly<Record<string, readonly string[]>>;
  readonly seed: number;
  readonly batch: number;
  /** Train this many seeds, `seed`, `seed + 1`, …; from the evaluate block. */
  readonly stages: readonly StageProgram[];
  readonly span: Span;
}

export interface StageProgram {
  readonly name: string;
  readonly doc: string | undefined;
  readonly epochs: number;
  readonly batch: number;
  /** Forward, backward and update in one graph. Outputs `loss.*` (the weighted terms' raw values), `total`, `gradient_norm`. */
  readonly graph: SymbolicGraph;
  /** Optimiser state; starts from its initializer when the stage starts. */
  readonly slots: readonly VariableDeclaration[];
  readonly trainable: readonly string[];
  readonly losses: readonly string[];
  readonly schedule: Schedule;
  /** Share of samples whose modality is hidden in a training step, by `P.field`. */
  readonly drop: Readonly<Record<string, number>>;
  readonly stop: EarlyStop | undefined;
  readonly keep: { readonly kind: "last" } | { readonly kind: "best"; readonly on: MetricRef };
  readonly span: Span;
}

export type Schedule = {
  /** Share of all steps over which the factor rises linearly from 0 to 1. */
  readonly warmup: number;
} & (
  | { readonly kind: "constant" }
  /** From 1 to `to` (a factor of the learning rate) along half a cosine, or a line, after warm-up. */
  | { readonly kind: "cosine" | "linear"; readonly to: number }
  /** Times `by` every `every` epochs. */
  | { readonly kind: "step"; readonly every: number; readonly by: number }
);

/** `valid.mae`: a part of the data and a metric or `loss.NAME`. */
export interface MetricRef {
  readonly split: string;
  readonly metric: string;
  readonly better: "lower" | "higher";
}

export interface EarlyStop {
  readonly on: MetricRef;
  readonly patience: number;
}

export interface MetricRequest {
  /** A name of the metric table: `mae`, `acc2`, `f1`. */
  readonly name: string;
  readonly options: Readonly<Record<string, number | string | boolean>>;
  readonly span: Span;
}

export type MissingProtocol =
  /** CyIN appendix E: drop modalities at random so that the share missing is `rate`, at least one kept a sample. */
  | { readonly kind: "rates"; readonly rates: readonly number[] }
  /** Keep exactly these fields for every sample. */
  | { readonly kind: "subsets"; readonly subsets: readonly (readonly string[])[] };

export interface EvaluateProgram {
  readonly model: string;
  readonly on: Readonly<Record<string, { readonly data: string; readonly split: string }>>;
  readonly metrics: readonly MetricRequest[];
  readonly seeds: number;
  readonly missing: readonly MissingProtocol[];
  readonly span: Span;
}
