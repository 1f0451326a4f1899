// Kernels that do nothing but give a whole buffer its first value: chunks can do that themselves, each for its own part.
import type { Kernel } from "../kernel.ts";
import type { Item } from "./items.ts";
import type { Registry } from "./registry.ts";
import { touchesOf } from "./touches.ts";

/** A kernel that only sets a whole buffer to a constant. */
export interface ConstantFill {
  readonly buffer: number;
  readonly value: number;
}

/** The buffer that an item does nothing but fill, if it does; `constantOf` knows buffers that are constant throughout already. */
export function constantFillOf(
  { kernel }: Item,
  registry: Registry,
  constantOf: (buffer: number) => number | undefined,
): ConstantFill | undefined {
  if (kernel.kind !== "nest" || kernel.body.length !== 1 || kernel.stores.length !== 1 || kernel.fills.length > 0)
    return undefined;
  const [instruction] = kernel.body;
  const [store] = kernel.stores;
  if (store === undefined || store.mode !== "set" || store.index !== undefined) return undefined;
  const { buffer } = store.access;
  const isWhole = kernel.sizes.reduce((product, size) => product * size, 1) === registry.elements(buffer);
  if (!isWhole || registry.buffers[buffer]?.kind === "variable") return undefined;
  if (instruction?.op === "constant") return { buffer, value: instruction.value };
  const value = instruction?.op === "load" ? constantOf(instruction.access.buffer) : undefined;
  return value === undefined ? undefined : { buffer, value };
}

/** For each buffer how many kernels write it, those left out that only fill it with a constant. */
export function writerCounts(items: readonly Item[], registry: Registry): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const constants = new Map<number, number>();
  const count = (writes: ReadonlySet<number>): void => {
    for (const buffer of writes) {
      counts.set(buffer, (counts.get(buffer) ?? 0) + 1);
      constants.delete(buffer);
    }
  };
  const countAll = (kernels: readonly Kernel[]): void => {
    for (const kernel of kernels) {
      if (kernel.kind === "loop") countAll(kernel.body);
      else count(touchesOf(kernel).writes);
    }
  };
  for (const item of items) {
    const fill = constantFillOf(item, registry, (buffer) => constants.get(buffer));
    if (fill !== undefined) constants.set(fill.buffer, fill.value);
    else if (item.kernel.kind === "loop") countAll(item.kernel.body);
    else count(item.touches.writes);
  }
  return counts;
}
