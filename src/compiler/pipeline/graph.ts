// What a pipeline of services is once it is checked: a typed graph of plain records, which the runtime walks and the picture
// shows. It holds no tensors and no weights; what a service does is settled when it is bound.
import type { Span } from "../source/span.ts";

/** What flows along a wire. */
export interface WireType {
  readonly base: WireBase;
  /** The value may be absent: `audio?`. */
  readonly optional: boolean;
}

export type WireBase =
  | { readonly kind: "text" }
  /** A count. */
  | { readonly kind: "number" }
  /** A sound file: wav. */
  | { readonly kind: "audio" }
  /** A picture file: png, jpg. */
  | { readonly kind: "image" }
  /** A film file: mp4. */
  | { readonly kind: "video" }
  /** Numbers that stand for a text; likeness is their cosine. */
  | { readonly kind: "vector" }
  /** One label of a set: `labels` or the words of a `projection`. */
  | { readonly kind: "label"; readonly set: string }
  | { readonly kind: "record"; readonly name: string }
  | { readonly kind: "list"; readonly item: WireType }
  /** A type that could not be read, which has been reported; nothing that runs has one. */
  | { readonly kind: "unknown" };

/** A set of labels; one that a projection declares says what each of its words stands for. */
export interface LabelSet {
  readonly name: string;
  readonly labels: readonly string[];
  readonly projection: { readonly onto: string; readonly label: Readonly<Record<string, string>> } | undefined;
}

export interface WireField {
  readonly name: string;
  readonly type: WireType;
}

export interface RecordSchema {
  readonly name: string;
  readonly fields: readonly WireField[];
}

export interface ServiceSchema {
  readonly name: string;
  readonly doc: string | undefined;
  readonly parameters: readonly WireField[];
  readonly result: WireType;
}

export interface MemorySchema {
  readonly name: string;
  readonly doc: string | undefined;
  /** Name of the record type of its entries. */
  readonly record: string;
  /** The service that embeds the field of that name; likeness is the cosine of two embeddings. */
  readonly by: { readonly service: string; readonly field: string } | undefined;
}

/** One step; `inputs` name earlier nodes by their places. A node's place is its identity. */
export type PipelineNode = {
  /** The name it was given: `reply`. */
  readonly name: string | undefined;
  readonly type: WireType;
  readonly span: Span;
} & PipelineStep;

export type PipelineStep =
  | { readonly op: "input"; readonly parameter: string }
  | { readonly op: "number"; readonly value: number }
  | { readonly op: "label"; readonly value: string }
  /** A file beside the spec. */
  | { readonly op: "file"; readonly path: string }
  /** Text with the values of nodes between its pieces. */
  | { readonly op: "template"; readonly pieces: readonly (string | number)[] }
  /** The texts of `body` for every item of the list, one a line; nodes between `item` and the end of the body are its own. */
  | { readonly op: "lines"; readonly over: number; readonly item: number; readonly body: number }
  | { readonly op: "item" }
  | { readonly op: "field"; readonly of: number; readonly field: string }
  | { readonly op: "last"; readonly of: number }
  | { readonly op: "else"; readonly value: number; readonly fallback: number }
  | { readonly op: "service"; readonly service: string; readonly arguments: Readonly<Record<string, number>> }
  /** The first label of the set, in its order, that the text contains; else the fallback. */
  | { readonly op: "pick"; readonly of: number; readonly set: string; readonly fallback: string }
  | { readonly op: "project"; readonly of: number; readonly projection: string }
  | { readonly op: "nearest"; readonly memory: string; readonly to: number; readonly count: number }
  /** The first entry whose fields equal the values of the nodes; absent where there is none. */
  | { readonly op: "find"; readonly memory: string; readonly keys: Readonly<Record<string, number>> }
  /** Entries at random, without repetition. */
  | { readonly op: "draw"; readonly memory: string; readonly count: number };

export interface CompiledPipeline {
  readonly name: string;
  readonly doc: string | undefined;
  readonly parameters: readonly WireField[];
  /** Every node comes after those that it reads. */
  readonly nodes: readonly PipelineNode[];
  readonly outputs: readonly (WireField & { readonly node: number })[];
  /** What it uses of the file's declarations, by name. */
  readonly services: readonly ServiceSchema[];
  readonly memories: readonly MemorySchema[];
  readonly records: readonly RecordSchema[];
  readonly labels: readonly LabelSet[];
}

/** The places of the nodes that a step reads. */
export function inputsOfStep(step: PipelineStep): readonly number[] {
  switch (step.op) {
    case "template":
      return step.pieces.filter((piece) => typeof piece === "number");
    case "lines":
      return [step.over, step.body];
    case "field":
    case "last":
    case "pick":
    case "project":
      return [step.of];
    case "else":
      return [step.value, step.fallback];
    case "service":
      return Object.values(step.arguments);
    case "nearest":
      return [step.to, step.count];
    case "find":
      return Object.values(step.keys);
    case "draw":
      return [step.count];
    default:
      return [];
  }
}

/** As it is written: `[Turn]`, `audio?`. */
export function printWire({ base, optional }: WireType): string {
  return `${printBase(base)}${optional ? "?" : ""}`;
}

function printBase(base: WireBase): string {
  switch (base.kind) {
    case "label":
      return base.set;
    case "record":
      return base.name;
    case "list":
      return `[${printWire(base.item)}]`;
    default:
      return base.kind;
  }
}
