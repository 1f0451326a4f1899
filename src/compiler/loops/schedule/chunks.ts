// Builds a chunked segment: the kernels that every chunk runs, and what its copies of accumulated buffers are combined by.
import type { Access, Instruction, Nest } from "../kernel.ts";
import type { ScheduledKernel } from "../schedule.ts";
import type { Alignment, Fill } from "./align.ts";
import type { DraftChunked, Slice } from "./draft.ts";
import type { Item } from "./items.ts";
import type { Registry } from "./registry.ts";
import { type Part, partOf } from "./rewrite.ts";
import type { View } from "./views.ts";

/** What a chunked segment is made of. */
export interface ChunkPlan {
  /** Entries of the chunked axis, and of one chunk. */
  readonly length: number;
  readonly entries: number;
  readonly members: readonly { readonly item: Item; readonly alignment: Alignment }[];
  /** Views of all buffers that the members write. */
  readonly views: ReadonlyMap<number, View>;
  /** Whether nothing outside of the segment needs a buffer. */
  isOwn(buffer: number): boolean;
}

/** Copies of a buffer, one a chunk after another, whose combination is its value. */
export interface Copies {
  readonly buffer: number;
  readonly copies: number;
  readonly chunks: number;
  readonly combine: "add" | "maximum";
  readonly source: number;
}

export function buildChunks(plan: ChunkPlan, registry: Registry): { segment: DraftChunked; copies: readonly Copies[] } {
  const { length, entries, members, views } = plan;
  const chunks = Math.ceil(length / entries);
  const slices = new Map<number, Slice>();
  const copies = new Map<number, Copies>();
  /** For external buffers: by how far each moves for an entry under its own number. */
  const claimed = new Map<number, number>();
  const starts = new Map<number, number>();

  for (const { item, alignment } of members) {
    for (const buffer of alignment.views.keys()) {
      const view = views.get(buffer);
      if (view === undefined || copies.has(buffer) || slices.has(buffer)) continue;
      const elements = registry.elements(buffer);
      if (view.kind === "sliced") {
        const own = plan.isOwn(buffer) ? (elements / length) * entries : undefined;
        slices.set(buffer, { chunkStride: entries * view.stride, localLength: own });
      } else {
        const { dtype, shape, path } = registry.buffers[buffer] as Registry["buffers"][number];
        const number = registry.add({ kind: "value", dtype, shape: [chunks, ...shape], path });
        copies.set(buffer, { buffer, copies: number, chunks, combine: view.combine, source: item.source });
        slices.set(number, { chunkStride: elements, localLength: undefined });
      }
    }
  }

  /** A stride or an offset in a buffer of a chunk's own, in which periods hold the chunk's entries only. */
  const compact = (buffer: number, elements: number, isOffset: boolean): number => {
    const view = views.get(buffer);
    if (view?.kind !== "sliced" || slices.get(buffer)?.localLength === undefined) return elements;
    const period = length * view.stride;
    const whole = isOffset ? Math.floor(elements / period) : elements % period === 0 ? elements / period : 0;
    return elements - whole * (period - entries * view.stride);
  };

  const external = (buffer: number, moved: number): number => {
    if (!claimed.has(buffer)) claimed.set(buffer, moved);
    const number = claimed.get(buffer) === moved ? buffer : registry.alias(buffer, 0, `by ${moved}`);
    if (moved !== 0) slices.set(number, { chunkStride: entries * moved, localLength: undefined });
    return number;
  };

  const startOf = (factor: number): number => {
    const known = starts.get(factor);
    if (known !== undefined) return known;
    const values = Int32Array.from({ length: chunks }, (_, chunk) => chunk * entries * factor);
    const number = registry.add({ kind: "constant", dtype: "i32", shape: [chunks], values, path: "" });
    slices.set(number, { chunkStride: 1, localLength: undefined });
    starts.set(factor, number);
    return number;
  };

  const partFor = (count: number): Part => ({
    count,
    place(access, moved) {
      const { buffer, offset, strides, steps } = access;
      const view = views.get(buffer);
      if (view === undefined) return { ...access, buffer: external(buffer, moved) };
      if (view.kind === "partial") return { ...access, buffer: copies.get(buffer)?.copies as number };
      const inner = {
        buffer,
        offset: compact(buffer, offset, true),
        strides: strides.map((stride) => compact(buffer, stride, false)),
      };
      return steps === undefined ? inner : { ...inner, steps: steps.map((step) => compact(buffer, step, false)) };
    },
    stride: (buffer, stride) => compact(buffer, stride, false),
    start(factor, loops): Instruction {
      if (factor === 0) return { op: "constant", value: 0, dtype: "i32" };
      const access = { buffer: startOf(factor), offset: 0, strides: new Array<number>(loops).fill(0) };
      return { op: "load", access, dtype: "i32" };
    },
    fill: ({ buffer, value }) => fillNest(buffer, value, count),
  });

  const fillNest = (buffer: number, value: Fill["value"], count: number): Nest => {
    const view = views.get(buffer);
    const elements = registry.elements(buffer);
    if (view?.kind !== "sliced") {
      const access = { buffer: copies.get(buffer)?.copies as number, offset: 0, strides: [1] };
      return constantNest(registry, buffer, [elements], access, value);
    }
    const period = length * view.stride;
    const strides = [compact(buffer, period, false), 1];
    return constantNest(registry, buffer, [elements / period, count * view.stride], { buffer, offset: 0, strides }, value);
  };

  const kernelsFor = (count: number): readonly ScheduledKernel[] => {
    const part = partFor(count);
    return members.flatMap(({ item: { kernel, source }, alignment }) =>
      partOf(kernel, alignment, part).map((own) => ({ kernel: own, source })),
    );
  };
  const rest = length % entries;
  const kernels = kernelsFor(entries);
  const last = rest === 0 ? undefined : kernelsFor(rest);
  return { segment: { kind: "chunked", chunks, kernels, last, slices }, copies: [...copies.values()] };
}

/** A kernel that sets all that an access goes over to a value. */
export function constantNest(registry: Registry, buffer: number, sizes: readonly number[], access: Access, value: number): Nest {
  const { dtype, path } = registry.buffers[buffer] as Registry["buffers"][number];
  const body: readonly Instruction[] = [{ op: "constant", value, dtype }];
  return { kind: "nest", sizes, body, stores: [{ access, value: 0, mode: "set" }], fills: [], path };
}
