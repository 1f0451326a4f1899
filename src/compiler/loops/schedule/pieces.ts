// Splits a group of kernels into pieces that may run at once: every piece takes some iterations of a loop that all of them have.
import type { Instruction } from "../kernel.ts";
import type { ScheduledKernel } from "../schedule.ts";
import { type AlignContext, type Alignment, align } from "./align.ts";
import { constantNest } from "./chunks.ts";
import type { Item } from "./items.ts";
import type { Registry } from "./registry.ts";
import { type Part, partOf } from "./rewrite.ts";
import type { View } from "./views.ts";

/** How a group can be split. */
export interface Split {
  readonly length: number;
  readonly alignments: readonly Alignment[];
  readonly views: ReadonlyMap<number, View>;
}

/** An outermost loop of fewer iterations makes too few pieces. */
const fewPieces = 8;

/** How the whole group can be split: along the outermost loop of its costliest kernel, or the next one where that is short. */
export function splitOf(group: readonly Item[], registry: Registry): Split | undefined {
  const [costliest] = [...group].sort((a, b) => b.cost - a.cost);
  const kernel = costliest?.kernel;
  if (kernel === undefined || kernel.kind === "loop" || kernel.kind === "host") return undefined;
  const [outer, inner] = kernel.sizes.filter((size) => size > 1);
  const lengths = [outer, ...((outer ?? 0) < fewPieces ? [inner] : [])].filter((length) => length !== undefined);
  for (const length of lengths) {
    const found = alignAll(group, length, registry);
    if (found !== undefined) return found;
  }
  return undefined;
}

function alignAll(group: readonly Item[], length: number, registry: Registry): Split | undefined {
  const views = new Map<number, View>();
  const read = new Set<number>();
  const context: AlignContext = {
    length,
    viewOf: (buffer) => views.get(buffer),
    pendingValue: () => undefined,
    wasRead: (buffer) => read.has(buffer),
    mayCopy: () => false,
    hasOneWriter: () => false,
    elements: (buffer) => registry.elements(buffer),
    blame: () => undefined,
  };
  const alignments: Alignment[] = [];
  for (const { kernel, touches } of group) {
    const found = align(kernel, context);
    if (found === undefined) return undefined;
    alignments.push(found);
    for (const [buffer, view] of found.views) views.set(buffer, view);
    for (const buffer of touches.reads) if (!views.has(buffer)) read.add(buffer);
  }
  return { length, alignments, views };
}

/** The kernels of each of at most `pieces` pieces. */
export function splitInto(
  group: readonly Item[],
  split: Split,
  pieces: number,
  registry: Registry,
): readonly (readonly ScheduledKernel[])[] {
  const { length, alignments, views } = split;
  const entries = Math.ceil(length / pieces);
  const starts = Array.from({ length: Math.ceil(length / entries) }, (_, piece) => piece * entries);
  return starts.map((start) => {
    const count = Math.min(entries, length - start);
    const moved = (buffer: number, by: number): number =>
      start * by === 0 ? buffer : registry.alias(buffer, start * by, "piece");
    const part: Part = {
      count,
      place: (access, by) => ({ ...access, buffer: moved(access.buffer, by) }),
      stride: (_, stride) => stride,
      start: (factor): Instruction => ({ op: "constant", value: start * factor, dtype: "i32" }),
      fill({ buffer, value }) {
        const view = views.get(buffer);
        const stride = view?.kind === "sliced" ? view.stride : 0;
        const access = { buffer: moved(buffer, stride), offset: 0, strides: [length * stride, 1] };
        return constantNest(registry, buffer, [registry.elements(buffer) / (length * stride), count * stride], access, value);
      },
    };
    return group.flatMap(({ kernel, source }, at) =>
      partOf(kernel, alignments[at] as Alignment, part).map((own) => ({ kernel: own, source })),
    );
  });
}
