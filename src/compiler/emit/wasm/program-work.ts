// A rough estimate of how long a schedule's segments take, from which it is decided whether waking threads pays.
import type { Kernel } from "../../loops/kernel.ts";
import type { Segment } from "../../loops/schedule.ts";

/** Nanoseconds of one thread for a multiplication and addition of a contraction, and for an instruction of an element. */
const [perProduct, perInstruction] = [0.05, 0.3];

const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

function kernelWork(kernel: Kernel): number {
  switch (kernel.kind) {
    case "loop":
      return kernel.iterations * kernel.body.reduce((total, inner) => total + kernelWork(inner), 0);
    case "host":
      return 0;
    case "nest":
      return product(kernel.sizes) * (kernel.body.length + kernel.stores.length) * perInstruction;
    case "contraction": {
      const instructions = kernel.body.length + kernel.stores.length;
      return product(kernel.sizes) * (product(kernel.contracted) * perProduct + instructions * perInstruction);
    }
  }
}

/** Nanoseconds of one thread that several threads could share: of segments with more than one task. */
export function sharedWork(segments: readonly Segment[]): number {
  let total = 0;
  for (const segment of segments) {
    if (segment.kind === "chunked" && segment.chunks > 1) {
      for (const { kernel } of segment.kernels) total += segment.chunks * kernelWork(kernel);
    }
    if (segment.kind === "tasks" && segment.tasks.length > 1) {
      for (const task of segment.tasks) for (const { kernel } of task) total += kernelWork(kernel);
    }
  }
  return total;
}
