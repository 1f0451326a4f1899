// The executors under test, in one place: what each needs to run here, and how to open it.
import { describe, test } from "vitest";
import type { Executor, Session } from "../../../src/runtime/executors/executor.ts";
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
  start(extensions?: Extensions): Promise<Executor>;
  open(extensions?: Extensions): Promise<Session>;
}

type Description = Pick<Candidate, "name"> & Partial<Pick<Candidate, "missing" | "slow">>;

function candidate(
  { name, missing, slow = false }: Description,
  start: (extensions: Extensions) => Promise<Executor> | Executor,
): Candidate {
  const begin = async (extensions: Extensions = {}): Promise<Executor> => start(extensions);
  return { name, missing, slow, start: begin, open: async (extensions) => (await begin(extensions)).open() };
}

const addon = bindingFile(["@tensorflow/tfjs-node", "@tensorflow/tfjs-node-gpu"]);

const webgpuRemedy =
  "it needs npm install --no-save webgpu and a GPU's driver for Vulkan, Metal or Direct3D, or SwiftShader from Debian's chromium";

/** `wasm` and `tfjs-cpu` need nothing that is not always installed, so they are never skipped. */
export const candidates: readonly Candidate[] = [
  candidate({ name: "tfjs-cpu" }, (extensions) => tfjsExecutor("cpu", { extensions })),
  candidate({ name: "tfjs-wasm" }, (extensions) => tfjsExecutor("wasm", { extensions })),
  candidate({ name: "wasm, 1 thread" }, (extensions) => wasmExecutor({ extensions, threads: 1 })),
  candidate({ name: "wasm, 2 threads" }, (extensions) => wasmExecutor({ extensions, threads: 2 })),
  candidate(
    {
      name: "tensorflow",
      missing: addon === undefined ? "the TensorFlow addon is not built; node scripts/native-backend.mjs builds it" : undefined,
      slow: true,
    },
    (extensions) => tensorflowExecutor(addon ?? "", { extensions }),
  ),
  candidate(
    {
      name: "webgpu",
      missing: webgpu.unavailable === undefined ? undefined : `${webgpu.unavailable}; ${webgpuRemedy}`,
      slow: true,
    },
    (extensions) => webgpu.openExecutor({ extensions }),
  ),
];

/** `MMX_EXECUTORS=wasm,tensorflow` keeps those whose names begin so. */
const asked = process.env.MMX_EXECUTORS?.split(",");
export const chosen = candidates.filter(({ name }) => asked === undefined || asked.some((prefix) => name.startsWith(prefix)));

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
