// The backends on native TensorFlow: the addon built by scripts/native-backend.mjs, or that of an installed tfjs-node package.
import type { Executor } from "../executors/executor.ts";
import type { Extensions } from "../executors/extensions.ts";
import { bindingFile, tensorflowExecutor } from "../executors/tensorflow/index.ts";
import type { Backend } from "./backend.ts";

const version = "4.22.0";
const gpuPackage = "@tensorflow/tfjs-node-gpu";
const nodePackage = "@tensorflow/tfjs-node";

/** An installed tfjs-node-gpu serves `node` too: without a GPU it runs on the processor. */
const processorFile = (): string | undefined => bindingFile([nodePackage, gpuPackage]);
const gpuFile = (): string | undefined => bindingFile([gpuPackage], { cuda: true });

export const nodeGpu: Backend = {
  name: "node-gpu",
  doc: "an NVIDIA GPU through TensorFlow (CUDA)",
  missing: () => (gpuFile() === undefined ? ["the TensorFlow addon for CUDA"] : []),
  remedy: `needs an NVIDIA GPU; build it with: node scripts/native-backend.mjs --cuda, or install one for CUDA 11 with: npm install ${gpuPackage}@${version}`,
  async open(extensions) {
    const executor = started(gpuFile(), extensions);
    if (!executor.binding.isUsingGpuDevice()) throw new Error("TensorFlow finds no GPU; nvidia-smi should list one");
    return executor;
  },
};

export const node: Backend = {
  name: "node",
  doc: "the processor through TensorFlow's native library",
  missing: () => (processorFile() === undefined ? ["the TensorFlow addon"] : []),
  remedy: `build it with: node scripts/native-backend.mjs, or install an older one with: npm install ${nodePackage}@${version}`,
  async open(extensions): Promise<Executor> {
    return started(processorFile(), extensions);
  },
};

function started(file: string | undefined, extensions: Extensions): ReturnType<typeof tensorflowExecutor> {
  if (file === undefined) throw new Error("the TensorFlow addon is gone");
  return tensorflowExecutor(file, { extensions });
}
