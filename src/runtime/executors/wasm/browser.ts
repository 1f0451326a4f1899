// The wasm executor in a browser. Pages that are isolated from other sites (COOP and COEP headers) get threads, others one.
import type { Executor } from "../executor.ts";
import { type Extensions, extensionLookup } from "../extensions.ts";
import { interpreterExecutor } from "../interpreter.ts";
import { startBrowserWorker } from "./browser-worker.ts";
import { hasFusedMultiplyAdd } from "./fused-multiply-add.ts";
import { openSession } from "./session.ts";

export interface BrowserOptions {
  readonly extensions?: Extensions;
  /** Threads of a session, its own included; default: one a core, at most 8. */
  readonly threads?: number;
}

export function wasmBrowserExecutor(options: BrowserOptions = {}): Executor {
  const { navigator, document } = globalThis as unknown as {
    readonly navigator: { readonly hardwareConcurrency?: number };
    readonly document?: object;
  };
  const { extensions = {}, threads = Math.min(navigator.hardwareConcurrency ?? 1, 8) } = options;
  // The main thread of a page may not sleep; a worker may.
  const crew = { threads, start: startBrowserWorker, mayWait: document === undefined };
  const lookUp = extensionLookup(extensions);
  const tracer = async (): Promise<Executor> => interpreterExecutor(extensions);
  return {
    name: "wasm",
    open: async () => {
      const machine = { fusedMultiplyAdd: hasFusedMultiplyAdd(), wideVectors: false };
      return openSession("wasm", { crew, lookUp, tracer, machine });
    },
  };
}
