// How chunks see a buffer that is written in their segment, and whether an access stays inside of its chunk's part of it.
import type { Access } from "../kernel.ts";

/**
 * `sliced`: entry e of the chunked axis begins at e · stride (in each of the equal periods of length · stride elements that
 * the buffer consists of), and only the chunk with that entry touches it. `partial`: every chunk has a whole copy, and the
 * buffer's value is the combination of all copies.
 */
export type View =
  | { readonly kind: "sliced"; readonly stride: number }
  | { readonly kind: "partial"; readonly combine: "add" | "maximum" };

/** One direction in which an access moves. */
export interface Extent {
  readonly size: number;
  readonly stride: number;
}

export const sameView = (a: View, b: View): boolean =>
  a.kind === "sliced" ? b.kind === "sliced" && a.stride === b.stride : b.kind === "partial" && a.combine === b.combine;

/** Elements from what an access touches in one entry, an iteration of the chunked loop, to what it touches in the next one. */
export const movedBy = (access: Access, chunked: number): number => access.strides[chunked] ?? 0;

/**
 * Whether the iterations of entry e touch entry e of a sliced buffer alone: the chunked loop moves by the entry's stride, and
 * all other movement (`extents`: further directions beside the loops) stays inside of one entry, or jumps whole periods.
 * The buffer of so many elements has to consist of whole periods.
 */
export function staysInside(
  access: Access,
  sizes: readonly number[],
  extents: readonly Extent[],
  chunked: number,
  period: { readonly length: number; readonly stride: number; readonly elements: number },
): boolean {
  const { length, stride, elements } = period;
  if (stride <= 0 || movedBy(access, chunked) !== stride || elements % (length * stride) !== 0) return false;
  const whole = length * stride;
  let low = access.offset;
  let high = access.offset;
  const move = (size: number, by: number): void => {
    if (size <= 1 || by % whole === 0) return;
    if (by > 0) high += by * (size - 1);
    else low += by * (size - 1);
  };
  sizes.forEach((size, loop) => {
    if (loop !== chunked) move(size, access.strides[loop] ?? 0);
  });
  for (const { size, stride: by } of extents) move(size, by);
  const base = Math.floor(low / whole) * whole;
  return high - base < stride;
}
