// The executors under test, in one place: what each needs to run here, and how to open it.
import { describe, test } from "vitest";
import type { Session } from "../../../src/runtime/executors/executor.ts";
import type { Extensions } from "../../../src/runtime/executors/extensions.ts";
import { interpreterExecutor } from "../../../src/runtime/executors/interpreter.ts";
import { bindingFile, tensorflowExecutor } from "../../../src/runtime/executors/tensorflow/index.ts";
import { tfjsExecutor } from "../../../src/runtime/executors/tfjs/index.ts";
import { wasmExecutor } from "../../../src/runtime/executors/wasm/index.ts";
import * as webgpu from "../webgpu-driver.ts";
import { isFull } from "./budget.ts";

export interface Candidate {
  readonly name: string;
  /** Why it cannot run here, and how to get it; undefined where it can. */
  readonly missing: string | undefined;
  /** A step takes it so long, whatever the shapes, that only a part of the cases fits into a test run. */
  readonly slow: boolean;
  open(extensions?: Extensions): Promise<Session>;
}

const addon = bindingFile(["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"]);

/** `wasm` and `tfjs-cpu` need nothing that is not always installed, so they are never skipped. */
export const candidates: readonly Candidate[] = [
  {
    name: "tfjs-cpu",
    missing: undefined,
    slow: false,
    open: async (extensions = {}) => (await tfjsExecutor("cpu", { extensions })).open(),
  },
  {
    name: "tfjs-wasm",
    missing: undefined,
    slow: false,
    open: async (extensions = {}) => (await tfjsExecutor("wasm", { extensions })).open(),
  },
  ...[1, 2].map(
    (threads): Candidate => ({
      name: threads === 1 ? "wasm, 1 thread" : `wasm, ${threads} threads`,
      missing: undefined,
      slow: false,
      open: (extensions = {}) => wasmExecutor({ extensions, threads }).open(),
    }),
  ),
  {
    name: "tensorflow",
    missing: addon === undefined ? "the TensorFlow addon is not built; node scripts/native-backend.mjs builds it" : undefined,
    slow: true,
    open: (extensions = {}) => tensorflowExecutor(addon ?? "", { extensions }).open(),
  },
  {
    name: "webgpu",
    missing:
      webgpu.unavailable === undefined
        ? undefined
        : `${webgpu.unavailable}; it needs npm install --no-save webgpu @tensorflow/tfjs-backend-webgpu@4.22.0 and a GPU's driver or chromium's SwiftShader`,
    slow: true,
    open: async (extensions = {}) => (await webgpu.openExecutor({ extensions })).open(),
  },
];

/** `MMX_EXECUTORS=wasm,tensorflow` keeps those whose names begin so. */
const asked = process.env.MMX_EXECUTORS?.split(",");
const chosen = candidates.filter(({ name }) => asked === undefined || asked.some((prefix) => name.startsWith(prefix)));

/**
 * The tests of `body` for each executor; for one that is not here a skipped test that says why and how to get it. `often`: which
 * executors are tried at every change; the others wait for `npm run conformance`. Default: those that are not slow.
 */
export function describeExecutors(
  body: (candidate: Candidate) => void,
  often: (candidate: Candidate) => boolean = ({ slow }) => !slow,
): void {
  for (const candidate of chosen) {
    const { name, missing } = candidate;
    const reason = missing ?? (isFull || often(candidate) ? undefined : "npm run conformance does");
    if (reason === undefined) describe(name, () => body(candidate));
    else test(name, (context) => context.skip(`not run: ${reason}`));
  }
}

/** The executor that runs where nothing is installed, on as many threads as the suite tries. */
export const isDefault = ({ name }: Candidate): boolean => name === "wasm, 2 threads";

/** The float64 definitions: what all executors are compared with. */
export const openOracle = (extensions: Extensions = {}): Promise<Session> => interpreterExecutor(extensions).open();
