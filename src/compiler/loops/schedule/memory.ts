// The memory of a schedule: a value used by one chunk or task alone lives in its thread's arena, everything else at an
// address in shared memory, where values whose segments do not overlap share bytes.
import type { KernelProgram } from "../kernel.ts";
import type { Placement, Schedule, Segment } from "../schedule.ts";
import type { DraftSegment } from "./draft.ts";
import { aligned, type Block, firstFit } from "./first-fit.ts";
import { elementsOf, type Registry } from "./registry.ts";
import { buffersOf } from "./touches.ts";

/** From the first to the last moment of use, both included. */
interface Span {
  first: number;
  last: number;
}

type Spans = Map<number, Span>;

/** Plans the memory of a draft; `program` says what must last until the end of the step. */
export function placeSegments(program: KernelProgram, registry: Registry, drafts: readonly DraftSegment[]): Schedule {
  const { buffers, aliases } = registry;
  const spans = drafts.map((segment) => listsOf(segment).map(spansOf));
  const lasting = lastingBuffers(program);
  const arenas = planArenas(registry, drafts, spans, lasting);
  const { addresses, sharedBytes } = planShared(registry, drafts.length, spans, lasting, arenas.locals);
  const placementOf = (segment: DraftSegment, arena: ReadonlyMap<number, number>, buffer: number): Placement => {
    const offset = arena.get(buffer);
    if (offset !== undefined) return { kind: "local", offset };
    const { root, offset: moved } = aliases.get(buffer) ?? { root: buffer, offset: 0 };
    // A variable's address counts from where the session has put it.
    const base = buffers[root]?.kind === "variable" ? 0 : addresses.get(root);
    if (base === undefined) throw new RangeError(`buffer ${root} has no address`);
    const slice = segment.kind === "chunked" ? segment.slices.get(buffer) : undefined;
    const address = base + 4 * moved;
    return slice === undefined ? { kind: "whole", address } : { kind: "sliced", address, chunkStride: slice.chunkStride };
  };
  const segments = drafts.map((segment, at): Segment => {
    const arena = arenas.packings[at] ?? new Map<number, number>();
    const touched = new Set((spans[at] ?? []).flatMap((list) => [...list.keys()]));
    const placements = new Map([...touched].map((buffer) => [buffer, placementOf(segment, arena, buffer)]));
    if (segment.kind !== "chunked") return { ...segment, placements };
    const { kind, chunks, kernels, last } = segment;
    return { kind, chunks, kernels, last, placements };
  });
  const { name, copies, outputs } = program;
  return { name, buffers, segments, addresses, sharedBytes, arenaBytes: arenas.bytes, copies, outputs };
}

/** Values that are read after the kernels have run. */
export const lastingBuffers = (program: KernelProgram): ReadonlySet<number> =>
  new Set([...Object.values(program.outputs), ...program.copies.map(({ from }) => from)]);

/** The kernels of each task of a segment, in order; all chunks of a chunked segment are alike. */
function listsOf(segment: DraftSegment): readonly (readonly ReadonlySet<number>[])[] {
  if (segment.kind === "host") return [[buffersOf(segment.kernel)]];
  const lists = segment.kind === "chunked" ? [segment.kernels] : segment.tasks;
  return lists.map((list) => list.map(({ kernel }) => buffersOf(kernel)));
}

function spansOf(list: readonly ReadonlySet<number>[]): Spans {
  const spans: Spans = new Map();
  list.forEach((buffers, at) => {
    for (const buffer of buffers) extend(spans, buffer, at);
  });
  return spans;
}

function extend(spans: Spans, key: number, at: number): void {
  const span = spans.get(key);
  if (span === undefined) spans.set(key, { first: at, last: at });
  else span.last = at;
}

/** Values that one chunk or one task alone uses, packed for each segment; tasks of one segment may use the same bytes. */
function planArenas(
  registry: Registry,
  drafts: readonly DraftSegment[],
  spans: readonly (readonly Spans[])[],
  lasting: ReadonlySet<number>,
) {
  const lists = new Map<number, number>();
  for (const list of spans.flat()) {
    for (const buffer of list.keys()) {
      const alias = registry.aliases.get(buffer);
      lists.set(alias?.root ?? buffer, (lists.get(alias?.root ?? buffer) ?? 0) + (alias === undefined ? 1 : 2));
    }
  }
  const locals = new Set<number>();
  let bytes = 0;
  const lengthIn = (segment: DraftSegment, buffer: number): number | undefined => {
    if (segment.kind === "chunked") return segment.slices.get(buffer)?.localLength;
    const isOwn = segment.kind === "tasks" && lists.get(buffer) === 1 && !lasting.has(buffer);
    return isOwn && registry.buffers[buffer]?.kind === "value" ? registry.elements(buffer) : undefined;
  };
  const packings = drafts.map((segment, at) => {
    const offsets = new Map<number, number>();
    for (const list of spans[at] ?? []) {
      const blocks = [...list].flatMap(([key, span]): Block[] => {
        const length = lengthIn(segment, key);
        return length === undefined ? [] : [{ key, bytes: 4 * length, ...span }];
      });
      const packing = firstFit(blocks);
      for (const [buffer, offset] of packing.offsets) {
        offsets.set(buffer, offset);
        locals.add(buffer);
      }
      bytes = Math.max(bytes, packing.bytes);
    }
    return offsets;
  });
  return { packings, locals, bytes };
}

/** Inputs and constants have places of their own; values share by the segments they live through. */
function planShared(
  registry: Registry,
  segments: number,
  spans: readonly (readonly Spans[])[],
  lasting: ReadonlySet<number>,
  locals: ReadonlySet<number>,
): { readonly addresses: ReadonlyMap<number, number>; readonly sharedBytes: number } {
  const lives: Spans = new Map();
  spans.forEach((lists, at) => {
    for (const list of lists) for (const buffer of list.keys()) extend(lives, registry.aliases.get(buffer)?.root ?? buffer, at);
  });
  const fixed = new Map<number, number>();
  const blocks: Block[] = [];
  let end = 0;
  registry.buffers.forEach((buffer, key) => {
    if (buffer.kind === "variable" || locals.has(key) || registry.aliases.has(key)) return;
    const life = lives.get(key);
    const lasts = lasting.has(key) || buffer.kind === "output";
    if (buffer.kind !== "input" && life === undefined && !lasts) return;
    const bytes = 4 * elementsOf(buffer);
    if (buffer.kind === "input" || buffer.kind === "constant" || life === undefined) {
      fixed.set(key, end);
      end += aligned(bytes);
    } else blocks.push({ key, bytes, first: life.first, last: lasts ? segments : life.last });
  });
  const packing = firstFit(blocks, end);
  return { addresses: new Map([...fixed, ...packing.offsets]), sharedBytes: packing.bytes };
}
