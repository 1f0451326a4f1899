// The webgpu executor in Node: plans compiled to WGSL. It computes on tfjs's device where tfjs's webgpu backend is the current
// one, and else on a device of its own, which may use subgroups and all of the adapter's limits; tfjs asks for neither.
import type { Executor } from "../executor.ts";
import { type Extensions, extensionLookup } from "../extensions.ts";
import { loadOptional } from "../tfjs/load.ts";
import { noAdapter, type OpenDevice, openDevice, requestDevice } from "./device.ts";
import type { Gpu, GpuAdapterInfo, GpuDevice } from "./gpu.ts";
import { openSession } from "./session.ts";
import { hasVulkanDriver } from "./vulkan.ts";

export interface WebgpuOptions {
  readonly extensions?: Extensions;
}

export interface WebgpuExecutor extends Executor {
  /** Which device it computes on. */
  readonly device: string;
  /** Whether a processor stands in for the GPU. */
  readonly software: boolean;
}

/** Throws as `webgpuExecutor` does. */
export const nodeDevice = async (): Promise<OpenDevice> => (await tfjsDevice()) ?? sharedDevice();

let ownDevice: Promise<OpenDevice> | undefined;

/** Throws what the package `webgpu` throws where it is absent, and `ExecutionError` where there is no adapter. */
export async function webgpuExecutor({ extensions = {} }: WebgpuOptions = {}): Promise<WebgpuExecutor> {
  const open = await nodeDevice();
  const lookUp = extensionLookup(extensions);
  const tracer = async (): Promise<Executor> => {
    const { tfjsExecutor } = await import("../tfjs/index.ts");
    return tfjsExecutor("cpu", { extensions });
  };
  return {
    name: "webgpu",
    device: open.doc,
    software: open.software,
    open: async () => openSession("webgpu", open, { lookUp, tracer }),
  };
}

/** One device serves the process, so that compiled pipelines are found again. */
async function sharedDevice(): Promise<OpenDevice> {
  ownDevice ??= requestDevice(entry());
  const open = await ownDevice.catch((error: unknown) => {
    ownDevice = undefined;
    throw error;
  });
  if (open.lost() === undefined) return open;
  ownDevice = requestDevice(entry());
  return ownDevice;
}

let dawn: Gpu | undefined;

/** Generated code writes workgroup memory before it reads it, so Dawn need not clear it; without a GPU that takes most of the time. */
const dawnFlags = ["enable-dawn-features=disable_workgroup_init"];

/** What a browser has as `navigator.gpu`. It must outlive its devices. */
function entry(): Gpu {
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: Gpu } };
  if (navigator?.gpu !== undefined) return navigator.gpu;
  const { create } = loadOptional("webgpu") as { create(flags: readonly string[]): Gpu };
  if (process.platform === "linux" && !hasVulkanDriver(process.env)) throw noAdapter();
  dawn ??= create(dawnFlags);
  return dawn;
}

/** The device of tfjs's webgpu backend, where this process has loaded tfjs and made that backend the current one. */
async function tfjsDevice(): Promise<OpenDevice | undefined> {
  if (!("_tfengine" in globalThis)) return undefined;
  const tf = await import("@tensorflow/tfjs-core");
  if (tf.getBackend() !== "webgpu") return undefined;
  const { device, adapterInfo } = tf.backend() as unknown as {
    readonly device: GpuDevice;
    readonly adapterInfo?: GpuAdapterInfo;
  };
  return openDevice(device, adapterInfo, "the device of tfjs's backend webgpu");
}
