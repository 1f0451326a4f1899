// TensorFlow's graphs as plain records: what `encode.ts` writes as protocol buffers.

/** tensorflow/core/framework/types.proto */
export const dataType = { f32: 1, i32: 3, string: 7, bool: 10, resource: 20, variant: 21, u32: 22 } as const;
export type DataType = keyof typeof dataType;

export type AttributeValue =
  | { readonly integer: number }
  | { readonly boolean: boolean }
  | { readonly text: string }
  | { readonly type: DataType }
  | { readonly shape: readonly number[] }
  | { readonly types: readonly DataType[] }
  | { readonly shapes: readonly (readonly number[])[] }
  /** Entries little-endian and row-major. */
  | { readonly tensor: { readonly type: DataType; readonly shape: readonly number[]; readonly content: Uint8Array } }
  | { readonly called: string };

export interface NodeRecord {
  readonly name: string;
  readonly op: string;
  /** Values as the scope writes them, then `^node` for every node to wait for. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface Argument {
  readonly name: string;
  readonly type: DataType;
}

export interface FunctionRecord {
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly results: readonly (Argument & { readonly value: string })[];
  readonly nodes: readonly NodeRecord[];
  /** Nodes that run although no result needs them. */
  readonly effects: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface GraphRecord {
  readonly nodes: readonly NodeRecord[];
  readonly functions: readonly FunctionRecord[];
}
