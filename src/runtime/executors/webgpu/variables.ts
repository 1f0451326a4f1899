// The variables of a session: a buffer on the device each.
import type { DType } from "../../../compiler/ir/graph.ts";
import type { HostTensor } from "../executor.ts";
import { checkHostTensor, ExecutionError, elementCount } from "../feeds.ts";
import { type Buffers, fromDevice, toDevice } from "./buffers.ts";
import type { GpuBuffer } from "./gpu.ts";

export interface HeldVariable {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly buffer: GpuBuffer;
}

export interface Variables {
  readonly table: ReadonlyMap<string, HeldVariable>;
  /** Another number whenever a variable has another buffer: bind groups made before hold the old one. */
  layout(): number;
  write(name: string, value: HostTensor): void;
  read(name: string): Promise<HostTensor>;
  clear(): void;
}

export function variablesOn(buffers: Buffers): Variables {
  const { device } = buffers;
  const table = new Map<string, HeldVariable>();
  let layout = 0;
  return {
    table,
    layout: () => layout,
    write(name, value) {
      checkHostTensor(name, value);
      const { dtype, shape, data } = value;
      const held = table.get(name);
      let buffer = held?.buffer;
      if (held === undefined || elementCount(held.shape) !== data.length) {
        if (held !== undefined) buffers.free(held.buffer);
        buffer = buffers.storage(4 * data.length);
        layout += 1;
      }
      if (buffer === undefined) throw new RangeError(`${name} has no buffer`);
      table.set(name, { dtype, shape: [...shape], buffer });
      if (data.length > 0) device.queue.writeBuffer(buffer, 0, toDevice(dtype, data));
    },
    async read(name) {
      const held = table.get(name);
      if (held === undefined) throw new ExecutionError(`there is no variable ${name} in this session`);
      const { buffer, dtype, shape } = held;
      const bytes = 4 * elementCount(shape);
      const staging = buffers.staging(bytes);
      const encoder = device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
      device.queue.submit([encoder.finish()]);
      return fromDevice(await buffers.readStaging(staging, bytes), 0, dtype, shape);
    },
    clear() {
      for (const { buffer } of table.values()) buffers.free(buffer);
      table.clear();
    },
  };
}
