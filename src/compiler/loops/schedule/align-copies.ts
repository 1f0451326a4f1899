// Kernels that every chunk runs whole, on its own copies: inside of a loop, weight gradients are added up over the iterations,
// and a sum of copies is a copy of the sum.
import type { Nest } from "../kernel.ts";
import type { AlignContext, Alignment, Fill } from "./align.ts";
import { isLinear } from "./linear.ts";
import type { View } from "./views.ts";

/** The alignment of a kernel whose results are linear in copies, or undefined. */
export function alignCopies(kernel: Nest, context: AlignContext): Alignment | undefined {
  const views = new Map<number, View>();
  const pending: Fill[] = [];
  const copies: View = { kind: "partial", combine: "add" };
  const isAdded = (view: View | undefined): boolean => view?.kind === "partial" && view.combine === "add";

  /** Whether the segment has copies of a buffer, or can: of one that is 0 throughout. */
  const hasCopies = (buffer: number): boolean => {
    const view = views.get(buffer) ?? context.viewOf(buffer);
    if (view !== undefined) return isAdded(view);
    if (context.pendingValue(buffer) !== 0 || !context.mayCopy(buffer)) return false;
    views.set(buffer, copies);
    pending.push({ buffer, value: 0 });
    return true;
  };

  const reads = new Set<number>();
  for (const instruction of kernel.body) {
    if (instruction.op === "reduce" || instruction.op === "lookup") return undefined;
    if (instruction.op !== "load") continue;
    const { buffer } = instruction.access;
    const isOutside = context.viewOf(buffer) === undefined && context.pendingValue(buffer) === undefined;
    if (isOutside) continue;
    if (!hasCopies(buffer)) return undefined;
    reads.add(buffer);
  }
  const fit = kernel.stores.every(({ access: { buffer }, value, mode, index }) => {
    if (mode !== "set" || index !== undefined || !context.mayCopy(buffer) || !context.hasOneWriter(buffer)) return false;
    if (!isLinear(kernel.body, value, (part) => part.op === "load" && reads.has(part.access.buffer))) return false;
    const isNew = context.viewOf(buffer) === undefined && context.pendingValue(buffer) === undefined;
    if (isNew && context.wasRead(buffer)) return false;
    if (isNew) views.set(buffer, copies);
    return isNew || hasCopies(buffer);
  });
  if (!fit || kernel.fills.length > 0 || reads.size === 0) return undefined;
  for (const { access } of kernel.stores) views.set(access.buffer, copies);
  return { kind: "leaf", chunked: -1, views, pending, skips: false };
}
