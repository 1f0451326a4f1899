// The wasm executor in Node: plans compiled to WebAssembly, run by worker threads on shared memory. Values go in and out by copy:
// the memory of tfjs's own WebAssembly is not shared, so threads could not reach its tensors.
import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import type { Executor, Session } from "../executor.ts";
import { type Extensions, extensionLookup } from "../extensions.ts";
import { hasFusedMultiplyAdd } from "./fused-multiply-add.ts";
import { startNodeWorker } from "./node-worker.ts";
import type { Profile } from "./profile.ts";
import { openSession } from "./session.ts";
import { threadCount } from "./threads.ts";
import { useWideVectors } from "./wide-vectors.ts";

export interface WasmOptions {
  readonly extensions?: Extensions;
  /** Threads of a session, its own included; default: `threadCount`. The numbers that come out do not depend on it. */
  readonly threads?: number;
  /**
   * Whether to use the machine's fused multiply-add; default: where it has one, unless MMX_FMA is 0. Its results differ in the last
   * bits from those without.
   */
  readonly fusedMultiplyAdd?: boolean;
  /** Whether V8 may join neighbouring vectors; default: where it can, unless MMX_WIDE is 0. The results are the same, bit for bit. */
  readonly wideVectors?: boolean;
  /** Steps then run on one thread and say how long their kernels take. */
  readonly profile?: Profile;
}

/** Throws `ExecutionError` where MMX_THREADS is no number. */
export function wasmExecutor(options: WasmOptions = {}): Executor {
  const { extensions = {}, threads = threadCount(process.env, availableParallelism()), profile } = options;
  const { fusedMultiplyAdd = process.env.MMX_FMA !== "0", wideVectors = process.env.MMX_WIDE !== "0" } = options;
  const lookUp = extensionLookup(extensions);
  const tracer = async (): Promise<Executor> => {
    const { tfjsExecutor } = await import("../tfjs/index.ts");
    return tfjsExecutor("wasm", { extensions });
  };
  const crew = { threads, start: startNodeWorker, mayWait: true };
  const open = (): Session => {
    const machine = { fusedMultiplyAdd: fusedMultiplyAdd && offered(), wideVectors: wideVectors && useWideVectors() === "used" };
    return openSession("wasm", { crew, lookUp, tracer, profile, machine });
  };
  return { name: "wasm", open: async () => open() };
}

/** Node 20 has the instruction behind a flag, which must be set before the first module that uses it is compiled. */
function offered(): boolean {
  if (hasFusedMultiplyAdd()) return true;
  setFlagsFromString("--experimental-wasm-relaxed-simd");
  return hasFusedMultiplyAdd();
}

export type { KernelTime, Profile } from "./profile.ts";
export { useWideVectors } from "./wide-vectors.ts";
