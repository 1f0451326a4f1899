// The backends a user can ask for with `--backend`: what each needs, how to get it, how to start it.
import type { Executor } from "../executors/executor.ts";
import type { Extensions } from "../executors/extensions.ts";
import { tfjsExecutor } from "../executors/tfjs/index.ts";
import { isInstalled, loadOptional } from "../executors/tfjs/load.ts";
import { wasmExecutor } from "../executors/wasm/index.ts";
import { node, nodeGpu } from "./native.ts";

export type BackendName = "node-gpu" | "node" | "webgpu" | "wasm" | "tfjs" | "cpu";

export interface Backend {
  readonly name: BackendName;
  /** What it runs on, in a few words. */
  readonly doc: string;
  /** Packages it needs that are not installed. */
  missing(): readonly string[];
  /** How to get what is missing: one command or sentence. */
  readonly remedy: string;
  /** Starts it. Throws where it cannot. */
  open(extensions: Extensions): Promise<Executor>;
  /**
   * Why `auto` should pass it over though it would start; absent: never. Called with nothing missing; may throw what a
   * broken package throws.
   */
  drawback?(): Promise<string | undefined>;
}

const version = "4.22.0";

const lacking = (names: readonly string[]): readonly string[] => names.filter((name) => !isInstalled(name));

/** In the order in which `auto` tries them. */
export const backends: readonly Backend[] = [
  nodeGpu,
  node,
  {
    name: "webgpu",
    doc: "any GPU through WebGPU",
    missing: () => lacking(["webgpu", "@tensorflow/tfjs-backend-webgpu"]),
    remedy: `install with: npm install webgpu @tensorflow/tfjs-backend-webgpu@${version}`,
    open: (extensions) => tfjsExecutor("webgpu", { extensions }),
    drawback: softwareAdapter,
  },
  {
    name: "wasm",
    doc: "the processor through WebAssembly made for the spec, nothing to install",
    missing: () => [],
    remedy: "needs Node 20.19 or later with WebAssembly; reinstall the packages with: npm ci",
    open: async (extensions) => wasmExecutor({ extensions }),
  },
  {
    name: "tfjs",
    doc: "the processor through TensorFlow.js, one operation at a time; slow, for comparison",
    missing: () => lacking(["@tensorflow/tfjs-backend-wasm"]),
    remedy: "reinstall the packages with: npm ci",
    open: (extensions) => tfjsExecutor("wasm", { extensions }),
  },
  {
    name: "cpu",
    doc: "the processor in plain JavaScript; slow, for comparison",
    missing: () => lacking(["@tensorflow/tfjs-backend-cpu"]),
    remedy: "reinstall the packages with: npm ci",
    open: (extensions) => tfjsExecutor("cpu", { extensions }),
  },
];

/** Without a GPU, Dawn may offer SwiftShader, which is correct and far slower than WebAssembly. */
async function softwareAdapter(): Promise<string | undefined> {
  const dawn = loadOptional("webgpu") as { create(flags: readonly string[]): WebgpuEntry };
  const adapter = await dawn.create([]).requestAdapter();
  if (adapter === null) return "WebGPU finds no adapter";
  const software = adapter.info.isFallbackAdapter === true || adapter.info.architecture === "swiftshader";
  return software ? "WebGPU finds only a software adapter" : undefined;
}

/** The part of the WebGPU interface that is read here. */
interface WebgpuEntry {
  requestAdapter(): Promise<{ readonly info: { readonly architecture: string; readonly isFallbackAdapter?: boolean } } | null>;
}
