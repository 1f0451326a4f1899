// The fused-loop IR: what a plan's graph becomes before machine code is made of it. A program is a list of kernels over
// buffers; every kernel is a loop nest of static sizes with a small SSA body, or a contraction with such a body as its
// epilogue. The emitters for WebAssembly and WGSL see only this.
import type { Attributes, DType } from "../ir/graph.ts";

/** A row-major array without gaps. Both element types take 4 bytes; offsets and strides count elements. */
export interface Buffer {
  readonly kind: "input" | "variable" | "constant" | "value" | "output";
  /** Of an input, a variable or an output. */
  readonly name?: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Of a constant: its entries. */
  readonly values?: Float32Array | Int32Array;
  /** Path of modules that made it, for profiles and messages. */
  readonly path: string;
}

/**
 * The entry of a buffer that an iteration touches: `offset` + Σ index[loop] · strides[loop], plus, inside of a `Loop`,
 * the iteration's number times `steps[depth]` for every enclosing `Loop`, outermost first.
 */
export interface Access {
  readonly buffer: number;
  readonly offset: number;
  /** One for each loop of the kernel; 0 where the entry does not change along the loop; negative in reversed views. */
  readonly strides: readonly number[];
  readonly steps?: readonly number[];
}

/**
 * The body of a kernel: instruction k may read instructions before k by index. A value is a *row value* if nothing that it
 * reads changes along the innermost loop (then it is computed once a row), else an *element value*.
 */
export type Instruction =
  | { readonly op: "constant"; readonly value: number; readonly dtype: DType }
  /** The number of the iteration along a loop, an i32. */
  | { readonly op: "index"; readonly loop: number; readonly dtype: "i32" }
  | { readonly op: "load"; readonly access: Access; readonly dtype: DType }
  /** A load whose place is `access` moved by `stride` times the index, an i32 value clamped to 0 .. size - 1. */
  | {
      readonly op: "lookup";
      readonly access: Access;
      readonly index: number;
      readonly stride: number;
      readonly size: number;
      readonly dtype: DType;
    }
  /** An elementwise primitive by its name in `ops/` (`add`, `exp`, `select`, `cast`, …); `attributes` as its node had. */
  | {
      readonly op: "apply";
      readonly name: string;
      readonly inputs: readonly number[];
      readonly dtype: DType;
      readonly attributes: Attributes<number>;
    }
  /** Over the innermost loop, giving a row value. `argmax` gives the first largest entry's index, an i32. */
  | { readonly op: "reduce"; readonly name: "sum" | "max" | "argmax"; readonly input: number; readonly dtype: DType }
  /**
   * Random numbers as the primitive `random` defines them; `seed` and `step` are i32 row values. The entry's counter is
   * (Σ index · first, Σ index · second), plus `base`, two i32 row values, in a kernel that computes a part of the numbers.
   */
  | {
      readonly op: "random";
      readonly distribution: "uniform" | "normal";
      readonly key: number;
      readonly seed: number;
      readonly step: number;
      readonly first: readonly number[];
      readonly second: readonly number[];
      readonly base?: readonly [number, number];
      readonly dtype: "f32";
    }
  /** In the epilogue of a contraction: the finished sum of products. */
  | { readonly op: "product"; readonly dtype: "f32" };

/**
 * Writes a value. `set` may write an entry once for each kernel run; `add` and `max` combine with what is there, iterations
 * in order. A row value is stored once a row where its access has stride 0 along the innermost loop, else in every entry (a
 * constant, say); an element value stored
 * with stride 0 along the innermost loop is combined over it.
 * With `index`, the place is moved by `stride` times that value clamped to 0 .. size - 1, and iterations run strictly in order.
 */
export interface Store {
  readonly access: Access;
  readonly value: number;
  readonly mode: "set" | "add" | "max";
  readonly index?: { readonly value: number; readonly stride: number; readonly size: number };
}

/**
 * Iterations that need no work, for the padded entries of ragged values: those whose index along `loop` is at least the length
 * (an i32) at `lengths`, whose access changes along outer loops only. An emitter may leave them out if it sets the entries that
 * their `set` stores would write to `values` (one for each store; nothing is written for the others), or run them all the same.
 */
export interface Skip {
  /** An index into the kernel's `sizes`; of a contraction also `sizes.length` + k for contracted loop k. */
  readonly loop: number;
  /** Strides: one for each of `sizes` and then, of a contraction, one for each of `contracted`. */
  readonly lengths: Access;
  readonly values: readonly number[];
}

/** What every kernel of loops has. Loops run outermost first; iterations of different rows do not read one another's stores. */
interface LoopKernel {
  readonly sizes: readonly number[];
  readonly body: readonly Instruction[];
  readonly stores: readonly Store[];
  /** Buffers that are set to a value throughout before the loops run: what `add` and `max` stores start from. */
  readonly fills: readonly { readonly buffer: number; readonly value: number }[];
  readonly skip?: Skip;
  /** The module path of its most costly node. */
  readonly path: string;
}

/** Elementwise work with reductions along the innermost loop. `sizes` has at least one loop (of size 1 for scalars). */
export interface Nest extends LoopKernel {
  readonly kind: "nest";
}

/**
 * For each batch, row and column: the sum over the contracted loops of left · right, then the body, which has no `reduce`
 * and reads the sum by `product`. `sizes` lists batch loops, then row loops, then column loops.
 */
export interface Contraction extends LoopKernel {
  readonly kind: "contraction";
  /** How many of `sizes` are batch loops, row loops, column loops. */
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
  /** Sizes of the contracted loops. */
  readonly contracted: readonly number[];
  /** Strides: one for each of `sizes` and then one for each of `contracted`. left does not change along columns, right not along rows. */
  readonly left: Access;
  readonly right: Access;
}

/** A scan: the body's kernels run once an iteration, from the last one to the first where `reverse` is set (steps are then
 * still counted by the iteration's own number: iteration t of the sequence is at t · step). */
export interface Loop {
  readonly kind: "loop";
  readonly iterations: number;
  readonly reverse: boolean;
  readonly body: readonly Kernel[];
  readonly path: string;
}

/** A call of a host function (`extension`): whole buffers in, a whole buffer out. */
export interface HostCall {
  readonly kind: "host";
  readonly name: string;
  readonly attributes: Attributes<number>;
  readonly inputs: readonly { readonly buffer: number; readonly shape: readonly number[]; readonly dtype: DType }[];
  readonly output: number;
  readonly path: string;
}

export type Kernel = Nest | Contraction | Loop | HostCall;

export interface KernelProgram {
  readonly name: string;
  readonly buffers: readonly Buffer[];
  /** In an order of execution. */
  readonly kernels: readonly Kernel[];
  /** Where each named output is found after a run. */
  readonly outputs: Readonly<Record<string, number>>;
  /** Variables that take a buffer's value once everything has run (kernels write other variables in place). */
  readonly copies: readonly { readonly variable: number; readonly from: number }[];
}
