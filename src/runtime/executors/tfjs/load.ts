// Loads tfjs and one of its backends once a process. tfjs has one current backend for the whole process, so whoever runs
// kernels calls `activate` first: sessions on several backends can then take turns.
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import type { Tfjs } from "../../../compiler/ops/operation.ts";
import { mendElementwise } from "./kernels/wasm-elementwise.ts";
import { mendMatMul } from "./kernels/wasm-mat-mul.ts";

/** tfjs's own names of its backends. */
export type TfjsBackend = "cpu" | "wasm" | "webgpu";

export interface LoadedBackend {
  readonly tf: Tfjs;
  /** Makes this backend the current one; takes effect at once. */
  activate(): void;
}

const loaded = new Map<TfjsBackend, Promise<LoadedBackend>>();

/** Loads a backend. Throws whatever its package throws where it is absent or cannot start. */
export function loadBackend(backend: TfjsBackend): Promise<LoadedBackend> {
  let promise = loaded.get(backend);
  if (promise === undefined) {
    promise = load(backend);
    loaded.set(backend, promise);
  }
  return promise;
}

async function load(backend: TfjsBackend): Promise<LoadedBackend> {
  const tf: Tfjs = await import("@tensorflow/tfjs-core");
  // PROD only silences the banner, advice and deprecation notes that tfjs prints on the console.
  tf.env().set("PROD", true);
  if (backend === "cpu") await import("@tensorflow/tfjs-backend-cpu");
  else if (backend === "wasm") await loadWasm(tf);
  else loadWebgpu();
  if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend ${backend} did not start`);
  return {
    tf,
    activate() {
      // setBackend is asynchronous only while a backend starts; this one has, so the switch is done on return.
      if (tf.getBackend() !== backend) void tf.setBackend(backend);
    },
  };
}

async function loadWasm(tf: Tfjs): Promise<void> {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  // Stock tfjs uses no threads in Node either; a fixed choice keeps results the same everywhere.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  // Resolved at run time: the package stays outside of our bundle, wherever the bundle lies.
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(entry)}${sep}`);
  mendMatMul(tf);
  mendElementwise(tf);
}

/** In Node the `webgpu` package (Dawn) supplies what a browser has built in. */
function loadWebgpu(): void {
  const { navigator } = globalThis as { readonly navigator?: object };
  if (navigator === undefined || !("gpu" in navigator)) {
    const dawn = loadOptional("webgpu") as { readonly globals: object; create(flags: readonly string[]): unknown };
    Object.assign(globalThis, dawn.globals);
    Object.defineProperty(globalThis, "navigator", { value: { gpu: dawn.create([]) }, configurable: true });
  }
  loadOptional("@tensorflow/tfjs-backend-webgpu");
}

/** Loads a package that a user may have installed and that this one does not depend on. Throws what `require` throws. */
export function loadOptional(packageName: string): unknown {
  return createRequire(import.meta.url)(packageName);
}

/** Whether a package can be found from here; it may still fail to load. */
export function isInstalled(packageName: string): boolean {
  try {
    createRequire(import.meta.url).resolve(packageName);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "MODULE_NOT_FOUND") return false;
    throw error;
  }
}
