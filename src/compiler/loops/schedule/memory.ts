// The memory of a schedule: a value used by one chunk or task alone lives in its thread's arena, everything else at an
// address in shared memory, where values whose segments do not overlap share bytes.
import type { Buffer, KernelProgram } from "../kernel.ts";
import type { Placement, Schedule, Segment } from "../schedule.ts";
import type { Draft, DraftSegment } from "./draft.ts";
import { aligned, type Block, firstFit, type Packing } from "./first-fit.ts";
import { buffersOf } from "./touches.ts";

/** Where one list of kernels touches a buffer: positions in the list, both included. */
interface Span {
  first: number;
  last: number;
}

type Spans = Map<number, Span>;

export const elementsOf = ({ shape }: Pick<Buffer, "shape">): number => shape.reduce((product, size) => product * size, 1);

/** Plans the memory of a draft; `program` says what must last until the end of the step. */
export function placeSegments(program: KernelProgram, draft: Draft): Schedule {
  const rootOf = (buffer: number): number => draft.aliases.get(buffer) ?? buffer;
  const spans = draft.segments.map((segment) => listsOf(segment).map(spansOf));
  const arenas = planArenas(program, draft, spans);
  const { addresses, sharedBytes } = planShared(program, draft, spans, arenas.locals);
  const segments = draft.segments.map((segment, at): Segment => {
    const arena = arenas.packings[at] ?? new Map<number, number>();
    const placements = new Map<number, Placement>();
    for (const buffer of new Set((spans[at] ?? []).flatMap((list) => [...list.keys()]))) {
      const offset = arena.get(buffer);
      const slice = segment.kind === "chunked" ? segment.slices.get(buffer) : undefined;
      const address = draft.buffers[buffer]?.kind === "variable" ? 0 : (addresses.get(rootOf(buffer)) ?? 0);
      if (offset !== undefined) placements.set(buffer, { kind: "local", offset });
      else if (slice !== undefined) placements.set(buffer, { kind: "sliced", address, chunkStride: slice.chunkStride });
      else placements.set(buffer, { kind: "whole", address });
    }
    if (segment.kind === "chunked") {
      const { kind, chunks, kernels, last } = segment;
      return { kind, chunks, kernels, last, placements };
    }
    return { ...segment, placements };
  });
  const { name, copies, outputs } = program;
  return { name, buffers: draft.buffers, segments, addresses, sharedBytes, arenaBytes: arenas.bytes, copies, outputs };
}

/** The kernels of each task of a segment, in order; all chunks of a chunked segment are alike. */
function listsOf(segment: DraftSegment): readonly (readonly ReadonlySet<number>[])[] {
  if (segment.kind === "host") return [[buffersOf(segment.kernel)]];
  const lists = segment.kind === "chunked" ? [segment.kernels] : segment.tasks;
  return lists.map((list) => list.map(({ kernel }) => buffersOf(kernel)));
}

function spansOf(list: readonly ReadonlySet<number>[]): Spans {
  const spans: Spans = new Map();
  list.forEach((buffers, at) => {
    for (const buffer of buffers) {
      const span = spans.get(buffer);
      if (span === undefined) spans.set(buffer, { first: at, last: at });
      else span.last = at;
    }
  });
  return spans;
}

/** Values that one chunk or one task alone uses, packed for each segment; tasks of one segment may use different bytes freely. */
function planArenas(program: KernelProgram, draft: Draft, spans: readonly (readonly Spans[])[]) {
  const places = new Map<number, number>();
  spans.forEach((lists) => {
    for (const list of lists) for (const buffer of list.keys()) places.set(buffer, (places.get(buffer) ?? 0) + 1);
  });
  const lasting = lastingBuffers(program);
  const locals = new Set<number>();
  let bytes = 0;
  const packings = draft.segments.map((segment, at) => {
    const offsets = new Map<number, number>();
    for (const list of spans[at] ?? []) {
      const blocks: Block[] = [];
      for (const [buffer, span] of list) {
        const declared = draft.buffers[buffer];
        if (declared?.kind !== "value" || places.get(buffer) !== 1 || lasting.has(buffer) || segment.kind === "host") continue;
        if (draft.aliases.has(buffer)) continue;
        const length = segment.kind === "chunked" ? segment.slices.get(buffer)?.length : elementsOf(declared);
        if (length !== undefined) blocks.push({ key: buffer, bytes: 4 * length, ...span });
      }
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

/** Values that are read after the kernels have run. */
const lastingBuffers = (program: KernelProgram): ReadonlySet<number> =>
  new Set([...Object.values(program.outputs), ...program.copies.map(({ from }) => from)]);

function planShared(
  program: KernelProgram,
  draft: Draft,
  spans: readonly (readonly Spans[])[],
  locals: ReadonlySet<number>,
): { readonly addresses: ReadonlyMap<number, number>; readonly sharedBytes: number } {
  const lives = new Map<number, Span>();
  spans.forEach((lists, at) => {
    for (const list of lists) {
      for (const buffer of list.keys()) {
        const root = draft.aliases.get(buffer) ?? buffer;
        const life = lives.get(root);
        if (life === undefined) lives.set(root, { first: at, last: at });
        else life.last = at;
      }
    }
  });
  const lasting = lastingBuffers(program);
  const fixed = new Map<number, number>();
  const blocks: Block[] = [];
  let end = 0;
  draft.buffers.forEach((buffer, key) => {
    if (buffer.kind === "variable" || locals.has(key) || draft.aliases.has(key)) return;
    const bytes = 4 * elementsOf(buffer);
    const life = lives.get(key);
    if (buffer.kind !== "input" && life === undefined && !lasting.has(key)) return;
    if (buffer.kind === "input" || buffer.kind === "constant" || life === undefined) {
      fixed.set(key, end);
      end += aligned(bytes);
    } else {
      const last = lasting.has(key) || buffer.kind === "output" ? draft.segments.length : life.last;
      blocks.push({ key, bytes, first: life.first, last });
    }
  });
  const packing: Packing = firstFit(blocks, end);
  return { addresses: new Map([...fixed, ...packing.offsets]), sharedBytes: packing.bytes };
}
