// The device that sessions compute on, and what generated code may rely on there.
import type { DeviceProfile } from "../../../compiler/emit/wgsl/program.ts";
import { ExecutionError } from "../feeds.ts";
import { type Gpu, type GpuAdapterInfo, type GpuDevice, type GpuLimits, mapRead, usage } from "./gpu.ts";
import { newPipelines, type Pipelines } from "./pipelines.ts";

export interface OpenDevice {
  readonly device: GpuDevice;
  readonly profile: DeviceProfile;
  readonly pipelines: Pipelines;
  /** What it is and whose, in a few words. */
  readonly doc: string;
  /** Whether a processor stands in for the GPU. */
  readonly software: boolean;
  /** Why the device no longer works; undefined while it does. */
  lost(): string | undefined;
}

/** Limits that code gets more out of than the least every device has. */
const raised = [
  "maxStorageBuffersPerShaderStage",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
] as const satisfies readonly (keyof GpuLimits)[];

export const noAdapter = (): ExecutionError =>
  new ExecutionError(
    "WebGPU finds no adapter: install a driver for the GPU (on Linux a Vulkan one), or use another backend, --backend wasm",
  );

/** A device of our own, with subgroups and the adapter's limits. Throws `ExecutionError` where there is no adapter. */
export async function requestDevice(gpu: Gpu): Promise<OpenDevice> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter === null) throw noAdapter();
  const device = await adapter.requestDevice({
    requiredFeatures: ["subgroups"].filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(raised.map((name) => [name, adapter.limits[name]])),
  });
  return openDevice(device, adapter.info, `${describe(adapter.info)}, a device of its own`);
}

/** Takes a device as it is: the one of tfjs's webgpu backend, say. */
export async function openDevice(device: GpuDevice, info: GpuAdapterInfo | undefined, doc: string): Promise<OpenDevice> {
  const { limits } = device;
  const subgroupSize = await probeSubgroups(device, info);
  let reason: string | undefined;
  void device.lost.then(({ message }) => {
    reason = message === "" ? "the driver gave no reason" : message;
  });
  const profile: DeviceProfile = {
    maxBindings: limits.maxStorageBuffersPerShaderStage,
    maxWorkgroups: limits.maxComputeWorkgroupsPerDimension,
    maxInvocations: Math.min(limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX),
    workgroupBytes: limits.maxComputeWorkgroupStorageSize,
    subgroupSize,
  };
  const software = info?.isFallbackAdapter === true || info?.architecture === "swiftshader";
  return { device, profile, pipelines: newPipelines(device), doc, software, lost: () => reason };
}

const describe = ({ vendor, architecture, description }: GpuAdapterInfo): string =>
  [vendor, architecture, description].filter((part) => part !== "").join(" ") || "a GPU";

const probeInvocations = 128;
const probeCode = `enable subgroups;
@group(0) @binding(0) var<storage, read_write> found: array<u32>;
@compute @workgroup_size(${probeInvocations})
fn main(@builtin(local_invocation_index) local: u32, @builtin(subgroup_invocation_id) id: u32, @builtin(subgroup_size) size: u32) {
  found[local] = id + size * 65536u;
}
`;

/**
 * The size of subgroups where they may be used: all have one size, and invocation k of a workgroup is number k modulo that size
 * in its subgroup. WebGPU promises neither, so it is tried.
 */
async function probeSubgroups(device: GpuDevice, info: GpuAdapterInfo | undefined): Promise<number | undefined> {
  const size = info?.subgroupMinSize;
  if (!device.features.has("subgroups") || size === undefined || size !== info?.subgroupMaxSize || size < 2) return undefined;
  const bytes = 4 * probeInvocations;
  const found = device.createBuffer({ size: bytes, usage: usage.storage | usage.copySource });
  const staging = device.createBuffer({ size: bytes, usage: usage.mapRead | usage.copyTarget });
  const { pipeline, layout } = await newPipelines(device).get({
    code: probeCode,
    bindings: [{ memory: 0, writable: true }],
    depth: 0,
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer: found } }] }));
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(found, 0, staging, 0, bytes);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(mapRead);
  const words = new Uint32Array(staging.getMappedRange().slice(0));
  staging.destroy();
  found.destroy();
  const ordered = words.every((word, at) => word === (at % size) + size * 65536);
  return ordered ? size : undefined;
}
