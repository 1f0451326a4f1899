// The backends a user can ask for with `--backend`: what each needs, how to get it, how to start it.
import type { Executor } from "../executors/executor.ts";
import type { Extensions } from "../executors/extensions.ts";
import { tfjsExecutor } from "../executors/tfjs/index.ts";
import { isInstalled } from "../executors/tfjs/load.ts";
import { useWideVectors, wasmExecutor } from "../executors/wasm/index.ts";
import { node, nodeGpu } from "./native.ts";
import { webgpu } from "./webgpu.ts";

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
  /** How it could be faster here, though it works. */
  advice?(): string | undefined;
}

const lacking = (names: readonly string[]): readonly string[] => names.filter((name) => !isInstalled(name));

/** In the order in which `auto` tries them: a GPU first. TensorFlow on the processor takes seconds to compile a plan, so it comes after. */
export const backends: readonly Backend[] = [
  nodeGpu,
  webgpu,
  {
    name: "wasm",
    doc: "the processor through WebAssembly made for the spec, nothing to install",
    missing: () => [],
    remedy: "needs Node 20.19 or later with WebAssembly; reinstall the packages with: npm ci",
    open: async (extensions) => wasmExecutor({ extensions }),
    advice: () =>
      useWideVectors() === "newer Node"
        ? "Node 24 or later uses all of this processor's vectors: matrix products are then up to twice as fast"
        : undefined,
  },
  node,
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
