// A contraction as WebAssembly: loops around register tiles whose sums stay in locals until the body has used them.
// Sizes, strides and offsets are constants of the code; only the operands' addresses are parameters.
import type { Buffer, Contraction } from "../../loops/kernel.ts";
import { operandsOf } from "../../loops/operands.ts";
import type { FunctionBuilder, FunctionHandle, Machine, ModuleBuilder } from "./assembler.ts";
import { emitLoops } from "./contraction/loops.ts";
import { scratchOf } from "./contraction/pack.ts";
import { planContraction } from "./contraction/plan.ts";
import { productOf } from "./contraction/product.ts";
import { emitFill, type NestFill } from "./nest-fills.ts";

function contractionFills(contraction: Contraction, buffers: readonly Buffer[]): readonly NestFill[] {
  const operands = operandsOf(contraction);
  return contraction.fills.map(({ buffer, value }) => {
    const { dtype, shape } = buffers[buffer] as Buffer;
    const operand = operands.findIndex((each) => each.buffer === buffer);
    return { operand, value, dtype, entries: shape.reduce((total, size) => total * size, 1) };
  });
}

/** Bytes of scratch memory that the contraction's function needs; where they are more than 0 it takes one pointer more. */
export function scratchBytes(contraction: Contraction, machine: Machine): number {
  return scratchOf(planContraction(productOf(contraction), machine));
}

/**
 * A function that takes the address of every operand (operands.ts, in that order) as an i32 and, where `scratchBytes` is not 0, the
 * address of a scratch area; it runs the whole contraction. Distinct buffers of a contraction must not share memory.
 */
export function emitContraction(
  module: ModuleBuilder,
  name: string,
  contraction: Contraction,
  buffers: readonly Buffer[],
): FunctionHandle {
  const operands = operandsOf(contraction).length;
  const plan = planContraction(productOf(contraction), module.machine);
  const parameters = operands + (scratchOf(plan) > 0 ? 1 : 0);
  return module.function(
    name,
    Array.from({ length: parameters }, () => "i32" as const),
    [],
    (f: FunctionBuilder) => {
      for (const fill of contractionFills(contraction, buffers)) emitFill(f, fill);
      if (plan.product.sizes.every((size) => size > 0)) emitLoops(f, plan, operands);
    },
  );
}

/** Equal for contractions that the same function computes: all but the numbers of buffers and the paths. */
export function contractionKey(contraction: Contraction, buffers: readonly Buffer[]): string {
  const fills = contractionFills(contraction, buffers);
  const operands = operandsOf(contraction).length;
  return JSON.stringify([productOf(contraction), fills, operands], exactNumber);
}

/** JSON has no infinities and one zero. */
function exactNumber(_key: string, value: unknown): unknown {
  if (Object.is(value, -0)) return "-0";
  return typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
}
