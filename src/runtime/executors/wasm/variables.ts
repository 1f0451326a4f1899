// The variables of a session: where each lies in memory, as what.
import type { DType } from "../../../compiler/ir/graph.ts";
import type { HostTensor } from "../executor.ts";
import { checkHostTensor, ExecutionError, elementCount } from "../feeds.ts";
import type { SessionMemory } from "./memory.ts";

export interface PlacedVariable {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly address: number;
}

export interface Variables {
  readonly table: ReadonlyMap<string, PlacedVariable>;
  /** Another number whenever a variable has moved: code made before names the old place. */
  layout(): number;
  /** Another number whenever a variable is new or has another shape or element type. */
  revision(): number;
  write(name: string, value: HostTensor): void;
  read(name: string): HostTensor;
  clear(): void;
}

export function variablesIn(memory: SessionMemory): Variables {
  const table = new Map<string, PlacedVariable>();
  let layout = 0;
  let revision = 0;
  const place = (name: string, count: number): number => {
    const held = table.get(name);
    if (held === undefined) return memory.allocate(4 * count);
    if (elementCount(held.shape) === count) return held.address;
    layout += 1;
    const address = memory.allocate(4 * count);
    memory.free(held.address);
    return address;
  };
  return {
    table,
    layout: () => layout,
    revision: () => revision,
    write(name, value) {
      checkHostTensor(name, value);
      const { dtype, shape, data } = value;
      const held = table.get(name);
      if (held?.dtype !== dtype || held.shape.join() !== shape.join()) revision += 1;
      const address = place(name, data.length);
      table.set(name, { dtype, shape: [...shape], address });
      copyIn(memory, address, dtype, data);
    },
    read(name) {
      const held = table.get(name);
      if (held === undefined) throw new ExecutionError(`there is no variable ${name} in this session`);
      return copyOut(memory, held.address, held.dtype, held.shape);
    },
    clear() {
      for (const { address } of table.values()) memory.free(address);
      table.clear();
    },
  };
}

/** Puts numbers at an address: as i32 they lose their fraction. */
export function copyIn(memory: SessionMemory, address: number, dtype: DType, data: HostTensor["data"]): void {
  const views = memory.views();
  (dtype === "i32" ? views.i32 : views.f32).set(data, address / 4);
}

/** A tensor of the reader's own. */
export function copyOut(memory: SessionMemory, address: number, dtype: DType, shape: readonly number[]): HostTensor {
  const views = memory.views();
  const [from, to] = [address / 4, address / 4 + elementCount(shape)];
  // A slice of shared memory is an array in memory of its own.
  const data = dtype === "i32" ? new Int32Array(views.i32.subarray(from, to)) : new Float32Array(views.f32.subarray(from, to));
  return { dtype, shape: [...shape], data };
}
