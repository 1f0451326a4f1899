// The part of the WebGPU interface that this executor uses; the package is type-checked without the browser's types.

export interface Gpu {
  requestAdapter(options?: { readonly powerPreference?: "high-performance" }): Promise<GpuAdapter | null>;
}

export interface GpuLimits {
  readonly maxStorageBuffersPerShaderStage: number;
  readonly maxStorageBufferBindingSize: number;
  readonly maxBufferSize: number;
  readonly maxComputeWorkgroupsPerDimension: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupSizeX: number;
  readonly maxComputeWorkgroupStorageSize: number;
}

export interface GpuAdapterInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
  readonly subgroupMinSize?: number;
  readonly subgroupMaxSize?: number;
}

export interface GpuAdapter {
  readonly features: ReadonlySet<string>;
  readonly limits: GpuLimits;
  readonly info: GpuAdapterInfo;
  requestDevice(options: {
    readonly requiredFeatures: readonly string[];
    readonly requiredLimits: Readonly<Record<string, number>>;
  }): Promise<GpuDevice>;
}

export interface GpuBuffer {
  readonly size: number;
  mapAsync(mode: number, offset?: number, size?: number): Promise<undefined>;
  getMappedRange(offset?: number, size?: number): ArrayBuffer;
  unmap(): void;
  destroy(): void;
}

/** Objects that are only handed on. */
export type GpuShaderModule = { readonly label?: string; getCompilationInfo?(): Promise<GpuCompilationInfo> };
export type GpuBindGroupLayout = { readonly bindGroupLayout?: never };
export type GpuPipelineLayout = { readonly pipelineLayout?: never };
export type GpuPipeline = { readonly computePipeline?: never };
export type GpuBindGroup = { readonly bindGroup?: never };
export type GpuCommandBuffer = { readonly commandBuffer?: never };

export interface GpuCompilationInfo {
  readonly messages: readonly { readonly message: string; readonly type: string; readonly lineNum: number }[];
}

export interface GpuComputePass {
  setPipeline(pipeline: GpuPipeline): void;
  setBindGroup(index: number, group: GpuBindGroup, offsets?: readonly number[]): void;
  dispatchWorkgroups(x: number, y?: number, z?: number): void;
  end(): void;
}

export interface GpuCommandEncoder {
  beginComputePass(): GpuComputePass;
  copyBufferToBuffer(from: GpuBuffer, fromOffset: number, to: GpuBuffer, toOffset: number, bytes: number): void;
  finish(): GpuCommandBuffer;
}

export interface GpuQueue {
  submit(commands: readonly GpuCommandBuffer[]): void;
  writeBuffer(buffer: GpuBuffer, offset: number, data: ArrayBufferView): void;
  onSubmittedWorkDone(): Promise<undefined>;
}

export interface GpuLayoutEntry {
  readonly binding: number;
  readonly visibility: number;
  readonly buffer: { readonly type: "storage" | "read-only-storage" | "uniform"; readonly hasDynamicOffset?: boolean };
}

export interface GpuBindEntry {
  readonly binding: number;
  readonly resource: { readonly buffer: GpuBuffer; readonly offset?: number; readonly size?: number };
}

export interface GpuDevice {
  readonly features: ReadonlySet<string>;
  readonly limits: GpuLimits;
  readonly queue: GpuQueue;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  createBuffer(options: { readonly size: number; readonly usage: number }): GpuBuffer;
  createShaderModule(options: { readonly code: string }): GpuShaderModule;
  createBindGroupLayout(options: { readonly entries: readonly GpuLayoutEntry[] }): GpuBindGroupLayout;
  createPipelineLayout(options: { readonly bindGroupLayouts: readonly GpuBindGroupLayout[] }): GpuPipelineLayout;
  createComputePipelineAsync(options: {
    readonly layout: GpuPipelineLayout;
    readonly compute: { readonly module: GpuShaderModule; readonly entryPoint: string };
  }): Promise<GpuPipeline>;
  createBindGroup(options: { readonly layout: GpuBindGroupLayout; readonly entries: readonly GpuBindEntry[] }): GpuBindGroup;
  createCommandEncoder(): GpuCommandEncoder;
  pushErrorScope(filter: "validation" | "out-of-memory" | "internal"): void;
  popErrorScope(): Promise<{ readonly message: string } | null>;
  destroy(): void;
}

/** The flags of the WebGPU standard, whose global objects Node lacks. */
export const usage = { mapRead: 0x1, copySource: 0x4, copyTarget: 0x8, uniform: 0x40, storage: 0x80 } as const;
export const mapRead = 1;
export const computeStage = 4;
