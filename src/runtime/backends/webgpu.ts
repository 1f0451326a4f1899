// The backend on a GPU through WebGPU: in Node by the package `webgpu` (Dawn).
import { isInstalled } from "../executors/tfjs/load.ts";
import { nodeDevice, webgpuExecutor } from "../executors/webgpu/index.ts";
import type { Backend } from "./backend.ts";

/** The version that is tested here. */
const version = "0.6.2";

export const webgpu: Backend = {
  name: "webgpu",
  doc: "any GPU through WebGPU",
  missing: () => (isInstalled("webgpu") ? [] : ["webgpu"]),
  remedy: `install with: npm install webgpu@${version}, and a driver of the GPU (on Linux a Vulkan one)`,
  open: (extensions) => webgpuExecutor({ extensions }),
  async drawback() {
    // Without a GPU, Dawn may offer SwiftShader, which is correct and far slower than WebAssembly.
    return (await nodeDevice()).software ? "WebGPU finds only a software adapter" : undefined;
  },
};
