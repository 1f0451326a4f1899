// The buffers of a session on the device: all are counted, so that none is forgotten, and read through small staging buffers.
import type { DType } from "../../../compiler/ir/graph.ts";
import type { HostTensor } from "../executor.ts";
import { ExecutionError, elementCount } from "../feeds.ts";
import { type GpuBuffer, type GpuDevice, mapRead, usage } from "./gpu.ts";

export interface Buffers {
  readonly device: GpuDevice;
  /** A storage buffer that can be copied from and to. Throws `ExecutionError` where it is larger than the device binds. */
  storage(bytes: number): GpuBuffer;
  uniform(bytes: number): GpuBuffer;
  free(buffer: GpuBuffer): void;
  /** Buffers in use; one that waits to be used again is not. */
  alive(): number;
  /** A buffer to copy results into; given back by `readStaging`. */
  staging(bytes: number): GpuBuffer;
  /** Waits for what was submitted and gives the bytes. */
  readStaging(staging: GpuBuffer, bytes: number): Promise<ArrayBuffer>;
  /** Frees what is kept for later. */
  clear(): void;
}

export function buffersOn(device: GpuDevice): Buffers {
  const used = new Set<GpuBuffer>();
  const idle: GpuBuffer[] = [];
  const create = (bytes: number, flags: number): GpuBuffer => {
    const buffer = device.createBuffer({ size: Math.max(16, Math.ceil(bytes / 16) * 16), usage: flags });
    used.add(buffer);
    return buffer;
  };
  const free = (buffer: GpuBuffer): void => {
    if (used.delete(buffer)) buffer.destroy();
  };
  return {
    device,
    storage(bytes) {
      const most = Math.min(device.limits.maxStorageBufferBindingSize, device.limits.maxBufferSize);
      if (bytes > most) {
        const [wanted, given] = [bytes, most].map((size) => `${Math.ceil(size / 2 ** 20)} MiB`);
        throw new ExecutionError(
          `the step has a value of ${wanted}, and this GPU binds at most ${given} at once. A smaller batch needs less`,
        );
      }
      return create(bytes, usage.storage | usage.copySource | usage.copyTarget);
    },
    uniform: (bytes) => create(bytes, usage.uniform | usage.copyTarget),
    free,
    alive: () => used.size - idle.length,
    staging(bytes) {
      const at = idle.findIndex(({ size }) => size >= bytes);
      const [found] = at === -1 ? [] : idle.splice(at, 1);
      return found ?? create(bytes, usage.mapRead | usage.copyTarget);
    },
    async readStaging(staging, bytes) {
      await staging.mapAsync(mapRead);
      const copy = staging.getMappedRange(0, Math.ceil(bytes / 4) * 4).slice(0);
      staging.unmap();
      idle.push(staging);
      // One is kept for the next step.
      for (const other of idle.splice(0, Math.max(0, idle.length - 1))) free(other);
      return copy;
    },
    clear() {
      for (const buffer of idle.splice(0)) free(buffer);
    },
  };
}

/** Numbers as the device holds them: f32 or i32. */
export function toDevice(dtype: DType, data: HostTensor["data"]): Float32Array | Int32Array {
  if (dtype === "i32") return data instanceof Int32Array ? data : Int32Array.from(data);
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

/** A tensor over these bytes. */
export function fromDevice(bytes: ArrayBuffer, offset: number, dtype: DType, shape: readonly number[]): HostTensor {
  const count = elementCount(shape);
  const data = dtype === "i32" ? new Int32Array(bytes, offset, count) : new Float32Array(bytes, offset, count);
  return { dtype, shape: [...shape], data: data.slice() };
}

/** Runs `make` and throws `ExecutionError` for what the device refuses or has no memory for. */
export async function checked<Value>(device: GpuDevice, make: () => Promise<Value>): Promise<Value> {
  device.pushErrorScope("validation");
  device.pushErrorScope("out-of-memory");
  let outcome: { readonly value: Value } | { readonly error: unknown };
  try {
    outcome = { value: await make() };
  } catch (error) {
    outcome = { error };
  }
  const [memory, validation] = [await device.popErrorScope(), await device.popErrorScope()];
  if (memory !== null) {
    throw new ExecutionError(`the GPU has no memory left for this step (${memory.message}). A smaller batch needs less`);
  }
  if ("error" in outcome) throw outcome.error;
  if (validation !== null) {
    throw new ExecutionError(`WebGPU refuses the step (${validation.message}); --backend wasm does without it`);
  }
  return outcome.value;
}
