// The schedule of a kernel program for threads: segments with a barrier after each, split into chunks that threads pull.
// A chunk's work does not depend on how many threads there are, so neither do the bits of a result.
import type { Buffer, Kernel } from "./kernel.ts";

/** A kernel as a task runs it: its sizes are those of one chunk, its accesses relative to the chunk's first entries. */
export interface ScheduledKernel {
  readonly kernel: Kernel;
  /** Index of this kernel in the unscheduled program, for profiles. */
  readonly source: number;
}

/**
 * Where a buffer lives while a segment runs.
 * `whole`: at a fixed address. `sliced`: at a fixed address; chunk c begins `chunkStride` elements further for each c.
 * `local`: in the arena of the thread that runs the chunk, at byte `offset` of the arena.
 * A variable's address counts from wherever the session has put that variable. A buffer added by the scheduler (kind `value`) may have the
 * address of another one: it is that buffer, seen in a second way.
 */
export type Placement =
  | { readonly kind: "whole"; readonly address: number }
  | { readonly kind: "sliced"; readonly address: number; readonly chunkStride: number }
  | { readonly kind: "local"; readonly offset: number };

/**
 * Tasks that may run at once, in any order. Every task c (0 <= c < chunks) runs all the kernels in order. Where the last chunk is
 * smaller, `last` has its kernels. Placements are by buffer.
 */
export interface ChunkedSegment {
  readonly kind: "chunked";
  readonly chunks: number;
  readonly kernels: readonly ScheduledKernel[];
  readonly last: readonly ScheduledKernel[] | undefined;
  readonly placements: ReadonlyMap<number, Placement>;
}

/** Different tasks that may run at once: task k runs the kernels of `tasks[k]` in order. */
export interface TaskSegment {
  readonly kind: "tasks";
  readonly tasks: readonly (readonly ScheduledKernel[])[];
  readonly placements: ReadonlyMap<number, Placement>;
}

/** A host function, called between segments by the thread that owns the session. */
export interface HostSegment {
  readonly kind: "host";
  readonly kernel: Kernel;
  readonly placements: ReadonlyMap<number, Placement>;
}

export type Segment = ChunkedSegment | TaskSegment | HostSegment;

export interface Schedule {
  readonly name: string;
  readonly buffers: readonly Buffer[];
  readonly segments: readonly Segment[];
  /** Byte addresses, from 0, of every buffer that lives beyond a segment: inputs, constants, outputs, shared values. Variables are not
   * among them: the session places them (by name) and the emitter asks for their addresses. */
  readonly addresses: ReadonlyMap<number, number>;
  /** Bytes of all those buffers together, and of one thread's arena. */
  readonly sharedBytes: number;
  readonly arenaBytes: number;
  readonly copies: readonly { readonly variable: number; readonly from: number }[];
  readonly outputs: Readonly<Record<string, number>>;
}
