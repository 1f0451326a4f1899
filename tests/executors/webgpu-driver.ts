// A WebGPU device for tests: a real GPU's where there is one, else SwiftShader's, which Debian's chromium brings along.
import { existsSync, readdirSync } from "node:fs";
import { isInstalled } from "../../src/runtime/executors/tfjs/load.ts";
import { type WebgpuExecutor, type WebgpuOptions, webgpuExecutor } from "../../src/runtime/executors/webgpu/index.ts";

const chromium = "/usr/lib/chromium";
const driver = `${chromium}/vk_swiftshader_icd.json`;
const drivers = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
/** dlopen's RTLD_NOW, RTLD_GLOBAL and RTLD_NODELETE on Linux. */
const lasting = 0x2 | 0x100 | 0x1000;

/** Points the Vulkan loader at SwiftShader where no driver is installed. */
function prepareDriver(): void {
  const asked = process.env.VK_ICD_FILENAMES ?? process.env.VK_DRIVER_FILES;
  const installed = drivers.some((folder) => existsSync(folder) && readdirSync(folder).length > 0);
  if (process.platform !== "linux" || asked !== undefined || installed || !existsSync(driver)) return;
  process.env.VK_ICD_FILENAMES = driver;
  const loader = `${chromium}/libvulkan.so.1`;
  if (!existsSync(loader)) return;
  try {
    process.dlopen({ exports: {} }, loader, lasting);
  } catch (error) {
    // The loader is no Node module, which is what is said; it stays loaded, and that is what Dawn needs.
    if (!String(error).includes("self-register")) throw error;
  }
}

prepareDriver();

/** Why there is nothing to test on; undefined where there is. */
export const unavailable = await findReason();

async function findReason(): Promise<string | undefined> {
  if (!isInstalled("webgpu")) return "the package webgpu is not installed";
  try {
    await webgpuExecutor();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const openExecutor = (options?: WebgpuOptions): Promise<WebgpuExecutor> => webgpuExecutor(options);
