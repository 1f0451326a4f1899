// Which buffers a kernel reads and writes, whole kernels of every kind alike: what orders kernels and what memory they need.
import type { Kernel } from "../kernel.ts";
import { accessesOf } from "../operands.ts";

export interface Touches {
  readonly reads: ReadonlySet<number>;
  /** Every buffer that is stored to or filled, whatever the mode. */
  readonly writes: ReadonlySet<number>;
}

export function touchesOf(kernel: Kernel): Touches {
  const reads = new Set<number>();
  const writes = new Set<number>();
  collect(kernel, reads, writes);
  return { reads, writes };
}

/** Buffers that a kernel reads or writes. */
export function buffersOf(kernel: Kernel): ReadonlySet<number> {
  const { reads, writes } = touchesOf(kernel);
  return new Set([...reads, ...writes]);
}

function collect(kernel: Kernel, reads: Set<number>, writes: Set<number>): void {
  if (kernel.kind === "host") {
    for (const { buffer } of kernel.inputs) reads.add(buffer);
    writes.add(kernel.output);
    return;
  }
  if (kernel.kind === "loop") {
    for (const inner of kernel.body) collect(inner, reads, writes);
    return;
  }
  const { skip, stores } = kernel;
  const accesses = accessesOf(kernel);
  // The lengths of ragged rows stand behind the stores.
  const loads = accesses.slice(0, accesses.length - stores.length - (skip === undefined ? 0 : 1));
  for (const { buffer } of loads) reads.add(buffer);
  if (skip !== undefined) reads.add(skip.lengths.buffer);
  for (const { access } of stores) writes.add(access.buffer);
  for (const { buffer } of kernel.fills) writes.add(buffer);
}
