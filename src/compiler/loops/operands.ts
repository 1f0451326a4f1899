// The operands of a kernel: what a compiled kernel function is called with, one pointer each.
import type { Access, Contraction, Nest } from "./kernel.ts";

/** A buffer as one pointer: accesses with other `steps` (inside of a `Loop`) are operands of their own. */
export interface Operand {
  readonly buffer: number;
  readonly steps: readonly number[] | undefined;
}

/** Every access of a kernel in order: a contraction's left and right, loads and lookups of the body, stores, lengths. */
export function accessesOf(kernel: Nest | Contraction): readonly Access[] {
  const accesses: Access[] = kernel.kind === "contraction" ? [kernel.left, kernel.right] : [];
  for (const instruction of kernel.body) {
    if (instruction.op === "load" || instruction.op === "lookup") accesses.push(instruction.access);
  }
  for (const store of kernel.stores) accesses.push(store.access);
  if (kernel.skip !== undefined) accesses.push(kernel.skip.lengths);
  return accesses;
}

/** The distinct operands in order of first appearance: accesses first, then filled buffers that no access names. */
export function operandsOf(kernel: Nest | Contraction): readonly Operand[] {
  const found: Operand[] = [];
  for (const access of accessesOf(kernel)) {
    if (operandIndex(found, access) === -1) found.push({ buffer: access.buffer, steps: access.steps });
  }
  for (const { buffer } of kernel.fills) {
    if (!found.some((operand) => operand.buffer === buffer)) found.push({ buffer, steps: undefined });
  }
  return found;
}

/** The place of an access's operand in the list, or -1. */
export function operandIndex(
  operands: readonly Operand[],
  { buffer, steps }: { readonly buffer: number; readonly steps?: readonly number[] | undefined },
): number {
  return operands.findIndex((operand) => operand.buffer === buffer && sameSteps(operand.steps, steps));
}

/** No steps are the same as an empty list. */
const sameSteps = (a: readonly number[] | undefined, b: readonly number[] | undefined): boolean =>
  a === b || ((a?.length ?? 0) === (b?.length ?? 0) && (a ?? []).every((step, depth) => step === b?.[depth]));
