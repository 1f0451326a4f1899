// The operands of a kernel: what a compiled kernel function is called with, one pointer each.
import type { Access, Contraction, Nest } from "./kernel.ts";

/** A buffer as one pointer: accesses with other `steps` (inside of a `Loop`) are operands of their own. */
export interface Operand {
  readonly buffer: number;
  readonly steps: readonly number[] | undefined;
}

/** Every access of a kernel in order: a contraction's left and right, loads and lookups of the body, stores, lengths. */
export function accessesOf(kernel: Nest | Contraction): readonly Access[] {
  const factors = kernel.kind === "contraction" ? [kernel.left, kernel.right] : [];
  const loads = kernel.body.flatMap((instruction) =>
    instruction.op === "load" || instruction.op === "lookup" ? [instruction.access] : [],
  );
  const lengths = kernel.skip === undefined ? [] : [kernel.skip.lengths];
  return [...factors, ...loads, ...kernel.stores.map(({ access }) => access), ...lengths];
}

/** The distinct operands in order of first appearance: accesses first, then filled buffers that no access names. */
export function operandsOf(kernel: Nest | Contraction): readonly Operand[] {
  const found: Operand[] = [];
  const note = (operand: Operand): void => {
    if (operandIndex(found, operand) === -1) found.push(operand);
  };
  for (const { buffer, steps } of accessesOf(kernel)) note({ buffer, steps });
  for (const { buffer } of kernel.fills)
    if (!found.some((operand) => operand.buffer === buffer)) note({ buffer, steps: undefined });
  return found;
}

/** The place of an access's operand in the list, or -1. */
export function operandIndex(
  operands: readonly Operand[],
  { buffer, steps }: { readonly buffer: number; readonly steps?: readonly number[] | undefined },
): number {
  return operands.findIndex((operand) => operand.buffer === buffer && (operand.steps ?? []).join() === (steps ?? []).join());
}
