// From a kernel program to its schedule: segments that threads run chunk by chunk, and the memory of every buffer.
import type { KernelProgram } from "../kernel.ts";
import type { Schedule } from "../schedule.ts";
import { itemOf } from "./items.ts";
import { lastingBuffers, placeSegments } from "./memory.ts";
import { registryOf } from "./registry.ts";
import { cutSegments, type SegmentOptions } from "./segments.ts";
import { splitReductions } from "./split-reductions.ts";
import { splitScalars } from "./split-scalars.ts";

export type ScheduleOptions = SegmentOptions;

/** The schedule of a program. It depends on nothing else, in particular not on how many threads will run it. */
export function schedule(program: KernelProgram, options: ScheduleOptions = {}): Schedule {
  const registry = registryOf(program.buffers);
  const items = splitScalars(splitReductions(program.kernels.map(itemOf), registry));
  return placeSegments(program, registry, cutSegments(items, registry, lastingBuffers(program), options));
}
