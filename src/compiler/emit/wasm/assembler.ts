// The WebAssembly assembler's interface: instructions under the names of the text format, locals and labels as values.
// Code is written as the stack machine runs it: operands first, then the operation.
import type { Opcode } from "./opcodes.ts";

export type WasmType = "i32" | "i64" | "f32" | "f64" | "v128";

/** A local variable of the function being built. */
export interface Local {
  readonly index: number;
  readonly type: WasmType;
}

export interface FunctionHandle {
  readonly index: number;
  readonly name: string;
  readonly params: readonly WasmType[];
  readonly results: readonly WasmType[];
}

/** The target of a branch: the end of a block, or the start of a loop. */
export interface Label {
  readonly depth: number;
}

export interface FunctionBuilder {
  readonly machine: Machine;
  readonly params: readonly Local[];
  /** A fresh local (zero at first), or one of this type given back by `release`, which holds what it held. */
  local(type: WasmType): Local;
  release(...locals: readonly Local[]): void;
  get(local: Local): void;
  set(local: Local): void;
  tee(local: Local): void;
  i32(value: number): void;
  i64(value: bigint): void;
  f32(value: number): void;
  f64(value: number): void;
  /** Four equal lanes. */
  f32x4(value: number): void;
  i32x4(value: number): void;
  /** value, value + step, value + 2 · step, value + 3 · step. */
  i32x4Steps(value: number, step: number): void;
  /** An instruction without immediates: `i32.add`, `f32x4.mul`, `i32x4.trunc_sat_f32x4_s`, `drop`, `select`. */
  op(name: Opcode): void;
  /**
   * a · b + sum in four lanes; rounded once where the module is built with `fusedMultiplyAdd`, else after each of the two operations.
   */
  multiplyAdd(a: () => void, b: () => void, sum: () => void): void;
  /** A load, store or atomic: `v128.load`, `f32.store`, `v128.load32_splat`, `i32.atomic.rmw.add`; offset in bytes. */
  memory(name: Opcode, offset?: number): void;
  /** `v128.load32_lane`, `v128.store32_lane`. */
  memoryLane(name: Opcode, lane: number, offset?: number): void;
  /** `f32x4.extract_lane`, `i32x4.replace_lane`, …. */
  lane(name: Opcode, lane: number): void;
  /** i8x16.shuffle: 16 byte indices, 0-31. */
  shuffle(lanes: readonly number[]): void;
  block(body: (label: Label) => void): void;
  loop(body: (label: Label) => void): void;
  /** Takes an i32 from the stack. `result` is the type that both branches leave there. */
  if(then: () => void, otherwise?: () => void, result?: WasmType): void;
  branch(label: Label): void;
  branchIf(label: Label): void;
  call(target: FunctionHandle): void;
  return(): void;
}

/** What is known of the machine that will run a module. */
export interface Machine {
  /** Whether it has relaxed SIMD with a fused multiply-add: sums of products are then rounded once. */
  readonly fusedMultiplyAdd: boolean;
  /**
   * Whether its compiler makes one instruction on eight lanes of two neighbouring ones on four. Code is then laid out for that; what
   * it computes is the same to the last bit.
   */
  readonly wideVectors: boolean;
}

export interface ModuleBuilder {
  readonly machine: Machine;
  importMemory(
    module: string,
    name: string,
    limits: { readonly initialPages: number; readonly maximumPages: number; readonly shared: boolean },
  ): void;
  /** Must precede all functions. */
  importFunction(module: string, name: string, params: readonly WasmType[], results: readonly WasmType[]): FunctionHandle;
  function(
    name: string,
    params: readonly WasmType[],
    results: readonly WasmType[],
    body: (builder: FunctionBuilder) => void,
    options?: { readonly exported?: boolean },
  ): FunctionHandle;
  /** The encoded module. */
  finish(): Uint8Array<ArrayBuffer>;
}
