// The backend that verbs compute with: their common `--backend` option, and opening it with the spec's own operations.
import { Option } from "commander";
import type { CompiledSpec } from "../compiler/compiled.ts";
import type { BackendRequest, SelectedBackend } from "../runtime/backends/index.ts";

export const backendOption = (): Option =>
  new Option("--backend <name>", "what to compute with; auto takes the fastest that works here")
    .choices(["auto", "node-gpu", "node", "webgpu", "wasm", "tfjs", "cpu"])
    .default("auto");

/** Loads the operations that the spec has in TypeScript files, which runs these files, then the backend that will call them. */
export async function openBackend(request: BackendRequest, spec: CompiledSpec, use: "train" | "test"): Promise<SelectedBackend> {
  const { loadExtensions } = await import("../runtime/extensions/load.ts");
  const { selectBackend } = await import("../runtime/backends/index.ts");
  return selectBackend(request, await loadExtensions(spec, { training: use === "train" }));
}

/** The backend that gives an executor of this name; `auto` for TensorFlow's, which two backends share. */
export function backendOf(executor: string): BackendRequest {
  const byExecutor: Readonly<Record<string, BackendRequest>> = {
    "tfjs-cpu": "cpu",
    "tfjs-wasm": "tfjs",
    wasm: "wasm",
    webgpu: "webgpu",
    "tfjs-webgpu": "webgpu",
  };
  return byExecutor[executor] ?? "auto";
}
