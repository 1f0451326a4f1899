// A schedule before memory is planned: segments of kernels, and which of their buffers are cut along the chunks.
import type { HostSegment, ScheduledKernel } from "../schedule.ts";

/** How a chunk sees a buffer that is cut along the chunked axis. */
export interface Slice {
  /** Elements from one chunk's first entry to the next one's. */
  readonly chunkStride: number;
  /** Elements of a chunk's own, where no other segment needs them; undefined: the buffer lies in shared memory. */
  readonly localLength: number | undefined;
}

export interface DraftChunked {
  readonly kind: "chunked";
  readonly chunks: number;
  readonly kernels: readonly ScheduledKernel[];
  readonly last: readonly ScheduledKernel[] | undefined;
  /** Buffers without an entry are seen whole. */
  readonly slices: ReadonlyMap<number, Slice>;
}

export interface DraftTasks {
  readonly kind: "tasks";
  readonly tasks: readonly (readonly ScheduledKernel[])[];
}

export type DraftSegment = DraftChunked | DraftTasks | Pick<HostSegment, "kind" | "kernel">;
