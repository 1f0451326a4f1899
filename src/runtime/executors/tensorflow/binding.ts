// The addon beneath tfjs-node: TensorFlow's C API in Node. It comes from `scripts/native-backend.mjs`, which builds it
// against a current TensorFlow, or with an installed tfjs-node or tfjs-node-gpu.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { isInstalled } from "../tfjs/load.ts";

export interface TensorInfo {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** What tfjs-node's addon offers, as far as it is used here. Every call is synchronous and throws `Error`. */
export interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_Version: string;
  /** Shares the array's memory until `deleteTensor`. */
  createTensor(shape: readonly number[], dtype: number, data: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array;
  /** `tags` separated by commas. */
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** Names of the fed and fetched values (`node:0`), separated by commas. */
  runSavedModel(id: number, inputs: readonly number[], inputNames: string, outputNames: string): readonly TensorInfo[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
}

const addon = "tfjs_binding.node";

/** Where `scripts/native-backend.mjs` puts what it builds: `$MMX_NATIVE`, else `~/.cache/mmx/native`. */
const nativeFolder = (): string => process.env.MMX_NATIVE ?? join(homedir(), ".cache", "mmx", "native");

/**
 * The addon's file: the one built here, else that of the first of these packages that is installed; undefined: none. With
 * `cuda` one that was built here counts only if it was built for CUDA.
 */
export function bindingFile(packages: readonly string[], { cuda = false } = {}): string | undefined {
  const built = join(nativeFolder(), addon);
  if (existsSync(built) && (!cuda || builtForCuda())) return built;
  for (const name of packages) {
    const file = isInstalled(name) ? packagedFile(name) : undefined;
    if (file !== undefined) return file;
  }
  return undefined;
}

/** As the note says that the build leaves beside the addon. */
function builtForCuda(): boolean {
  const note = join(nativeFolder(), "native.json");
  if (!existsSync(note)) return false;
  return (JSON.parse(readFileSync(note, "utf8")) as { readonly cuda?: boolean }).cuda === true;
}

/** In the package: lib/napi-vN/, for one or more N. */
function packagedFile(name: string): string | undefined {
  const folder = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "lib");
  const versions = existsSync(folder) ? readdirSync(folder).filter((version) => version.startsWith("napi-v")) : [];
  return versions.map((version) => join(folder, version, addon)).find((file) => existsSync(file));
}

const loaded = new Map<string, Binding>();

/** Throws what the dynamic loader throws where a library is missing or does not fit. */
export function loadBinding(file: string): Binding {
  const known = loaded.get(file);
  if (known !== undefined) return known;
  // TensorFlow writes notes on its start to the standard error; errors reach us as exceptions anyway.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
  // XLA's largest of two numbers loses a NaN unless it is told otherwise; what the user sets comes later and wins.
  process.env.XLA_FLAGS = `--xla_cpu_enable_fast_min_max=false ${process.env.XLA_FLAGS ?? ""}`.trim();
  const require = createRequire(import.meta.url);
  const quiet = join(dirname(file), "quiet.node");
  const binding = existsSync(quiet)
    ? (require(quiet) as { quietly<T>(act: () => T): T }).quietly(() => require(file) as Binding)
    : (require(file) as Binding);
  loaded.set(file, binding);
  return binding;
}
