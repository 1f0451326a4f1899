// What one primitive is: everything the compiler and the executors need to know of it, in one record in one file.
import type * as tfjs from "@tensorflow/tfjs-core";
import type { Dim } from "../dims/dim.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Attributes, DType, Graph, Node, StaticGraph, SymbolicGraph } from "../ir/graph.ts";

/** Shape rules serve symbolic and static graphs alike; a number stands for itself. */
export type AnyAttributes = Attributes<Dim> | Attributes<number>;
export type AnyGraph = SymbolicGraph | StaticGraph;

/** The shape and element type of a value with symbolic sizes. */
export interface ValueType {
  readonly shape: readonly Dim[];
  readonly dtype: DType;
  /** The several results of a `scan`: its final carries, then its stacked outputs; absent on every other value. */
  readonly parts?: readonly ValueType[];
}

/** A value of the float64 interpreter: row-major; i32 values are stored exactly as float64. */
export interface Reference {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: Float64Array;
}

/** The part of tfjs that lowerings use; given by the executor, so that the compiler itself never loads tfjs. */
export type Tfjs = typeof tfjs;

/** What a lowering may need beside its inputs. */
export interface TfjsContext {
  readonly tf: Tfjs;
  /**
   * Runs a scan's body on tensors: one step. Inputs and results by name (`carry.0`, `slice.0`, `const.0`; `carry.0`, `out.0`).
   * The inputs stay the caller's to dispose; every result is a handle of its own that the caller disposes.
   */
  runBody(body: Graph<number>, inputs: Readonly<Record<string, tfjs.Tensor>>): Record<string, tfjs.Tensor>;
  /** The host function registered under a name. Throws where there is none. */
  extension(name: string): HostExtension;
}

/** A tensor in ordinary memory, row-major, as a host function sees it. */
export interface HostArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: ArrayLike<number>;
}

/** An operation written in TypeScript outside the closed set; it computes on ordinary arrays. */
export interface HostExtension {
  /** The result's values, row-major, of the shape that its declaration gives. */
  forward(inputs: readonly HostArray[]): ArrayLike<number>;
  /** The gradient of each input, row-major; undefined where none flows. Absent: no gradient flows through it. */
  backward?(inputs: readonly HostArray[], result: HostArray, gradient: HostArray): readonly (ArrayLike<number> | undefined)[];
}

export interface Operation {
  readonly name: string;
  /** Grouping for the reference page. */
  readonly group:
    | "leaf"
    | "unary"
    | "binary"
    | "select"
    | "reduce"
    | "shape"
    | "contract"
    | "index"
    | "loop"
    | "gradient"
    | "host";
  /** The rule in symbols, for readers: `(x: f32[...]) -> f32[...]`. */
  readonly signature: string;
  /** One to three sentences: what it computes, its domain, its behaviour at the edges. */
  readonly doc: string;
  /** Checks the inputs and gives the result's type. Throws `ShapeError`. */
  infer(inputs: readonly ValueType[], attributes: AnyAttributes, body?: AnyGraph): ValueType;
  /**
   * Reverse-mode rule: given the node (with its inputs' and its own indices in the builder) and the gradient of the
   * result, the gradient for each input; undefined where none flows (integer inputs, piecewise-constant functions).
   * The source of a formula that is not elementary stands in the op's file.
   */
  gradient(context: GradientContext): readonly (number | undefined)[];
  /** The float64 definition, naive and readable: what every executor is tested against. */
  reference(inputs: readonly Reference[], node: Node<number>, context: ReferenceContext): Reference | readonly Reference[];
  /**
   * The op on any tfjs backend. The result is a new handle: a new tensor or an alias (`.clone()`/`reshape`) of an input;
   * the inputs are left alone and nothing else stays alive. A `scan` gives all its parts; a `part` takes those parts as
   * its `inputs`. `reference` follows the same two conventions.
   */
  tfjs(inputs: readonly tfjs.Tensor[], node: Node<number>, context: TfjsContext): tfjs.Tensor | tfjs.Tensor[];
  /** Floating-point operations of one execution. */
  flops(node: Node<number>, inputs: readonly (readonly number[])[]): number;
  /** Cases for the property tests: input shapes and attributes; made small, some of them odd. */
  readonly samples: readonly OperationSample[];
  /** Relative tolerance of a float32 executor against `reference`; default 1e-5. */
  readonly tolerance?: number;
}

export interface SampleInput {
  readonly shape: readonly number[];
  readonly dtype?: DType;
  /** any: around 0, no two values equal; positive: 0.2 .. 3; unit: -0.9 .. 0.9; index: whole, 0 .. `below`; mask: 0 or 1. */
  readonly domain?: "any" | "positive" | "unit" | "index" | "mask";
  readonly below?: number;
}

export interface OperationSample {
  readonly inputs: readonly SampleInput[];
  readonly attributes?: Attributes<Dim>;
  /** The loop body of a `scan`. */
  readonly body?: SymbolicGraph;
}

export interface GradientContext {
  readonly builder: GraphBuilder;
  readonly node: Node<Dim>;
  /** Index of the node's own result. */
  readonly result: number;
  /** Index of the gradient of the result (same shape); -1 for a scan, whose results are its parts. */
  readonly gradient: number;
  /** All parts' gradients for a scan: by part index. */
  readonly partGradients?: readonly (number | undefined)[];
  /** For each input whether anything needs its gradient; absent: all are needed. A rule may leave the others undefined. */
  readonly wanted?: readonly boolean[];
  /** For a rule with a body: an empty builder for another body … */
  newBuilder(): GraphBuilder;
  /** … and reverse mode on it: the gradients at `wrt` that flow back from the seeds. */
  differentiate: Differentiate;
}

/** A node and the node that holds the gradient of its value. */
export interface Seed {
  readonly node: number;
  readonly gradient: number;
}

export type Differentiate = (
  builder: GraphBuilder,
  seeds: readonly Seed[],
  wrt: readonly number[],
) => readonly (number | undefined)[];

export interface ReferenceContext {
  /** Runs a scan's body once in float64. */
  runBody(body: Graph<number>, inputs: Readonly<Record<string, Reference>>): Record<string, Reference>;
  /** The host function registered under a name. Throws where there is none. */
  extension(name: string): HostExtension;
}

/** Raised by `infer`; the checker turns it into a diagnostic at the text that made the node. */
export class ShapeError extends Error {
  constructor(
    readonly operation: string,
    message: string,
  ) {
    super(message);
  }
}
