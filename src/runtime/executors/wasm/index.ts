// The wasm executor in Node: plans compiled to WebAssembly, run by worker threads on shared memory.
import { availableParallelism } from "node:os";
import type { Executor } from "../executor.ts";
import { type Extensions, extensionLookup } from "../extensions.ts";
import { startNodeWorker } from "./node-worker.ts";
import type { Profile } from "./profile.ts";
import { openSession } from "./session.ts";
import { threadCount } from "./threads.ts";

export interface WasmOptions {
  readonly extensions?: Extensions;
  /** Threads of a session, its own included; default: `threadCount`. The numbers that come out do not depend on it. */
  readonly threads?: number;
  /** Steps then run on one thread and say how long their kernels take. */
  readonly profile?: Profile;
}

/** Throws `ExecutionError` where MMX_THREADS is no number. */
export function wasmExecutor(options: WasmOptions = {}): Executor {
  const { extensions = {}, threads = threadCount(process.env, availableParallelism()), profile } = options;
  const lookUp = extensionLookup(extensions);
  const tracer = async (): Promise<Executor> => {
    const { tfjsExecutor } = await import("../tfjs/index.ts");
    return tfjsExecutor("wasm", { extensions });
  };
  const crew = { threads, start: startNodeWorker, mayWait: true };
  return { name: "wasm", open: async () => openSession("wasm", { crew, lookUp, tracer, profile }) };
}

export type { KernelTime, Profile } from "./profile.ts";
