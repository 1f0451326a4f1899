// The graph IR: flat SSA over a closed set of primitives (`ops/`), with symbolic or static sizes.
// Node i stands at index i of `nodes` and reads only nodes before it, so the order of the list is an order of execution.
import type { Dim } from "../dims/dim.ts";
import type { Span } from "../source/span.ts";

/** `f32` for values, masks (0 or 1) and truth values; `i32` for indices, lengths and class labels. */
export type DType = "f32" | "i32";

/** Where a node comes from: the text that made it and the path of modules around it (`Tri/h/text/Coder`). */
export interface Origin {
  readonly span: Span | undefined;
  readonly path: string;
}

/** Attributes are plain JSON plus sizes; `specialise` turns every Dim in them into a number. */
export type Attribute<Size> =
  | null
  | boolean
  | number
  | string
  | Size
  | readonly Attribute<Size>[]
  | { readonly [key: string]: Attribute<Size> };
export type Attributes<Size> = { readonly [key: string]: Attribute<Size> };

export interface Node<Size> {
  readonly op: string;
  /** Indices of earlier nodes. */
  readonly inputs: readonly number[];
  readonly attributes: Attributes<Size>;
  readonly shape: readonly Size[];
  readonly dtype: DType;
  readonly origin: Origin;
  /** The loop body of a `scan`, else absent. */
  readonly body?: Graph<Size>;
}

/** At the end of the step `variable` takes the value of node `value`; all assignments happen together. */
export interface Assignment {
  readonly variable: string;
  readonly value: number;
}

export interface Graph<Size> {
  readonly nodes: readonly Node<Size>[];
  /** Named results: losses, predictions, carries. */
  readonly outputs: Readonly<Record<string, number>>;
  readonly assignments: readonly Assignment[];
}

/** What the compiler builds: sizes are polynomials over named dimensions. */
export type SymbolicGraph = Graph<Dim>;
/** What a plan holds: every size a number. */
export type StaticGraph = Graph<number>;
