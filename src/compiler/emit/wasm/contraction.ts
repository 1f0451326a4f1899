// A contraction as WebAssembly: loops around register tiles whose sums stay in locals until the body has used them.
// Sizes, strides and offsets are constants of the code; only the operands' addresses are parameters.
import type { Buffer, Contraction } from "../../loops/kernel.ts";
import { operandsOf } from "../../loops/operands.ts";
import type { FunctionBuilder, FunctionHandle, Local, ModuleBuilder } from "./assembler.ts";
import { fillBuffer } from "./contraction/fill.ts";
import { emitLoops } from "./contraction/loops.ts";
import { packedBytes } from "./contraction/pack.ts";
import { planContraction } from "./contraction/plan.ts";
import { productOf } from "./contraction/product.ts";

interface Fill {
  readonly operand: number;
  readonly buffer: Buffer;
  readonly value: number;
}

function fillsOf(contraction: Contraction, buffers: readonly Buffer[]): readonly Fill[] {
  const operands = operandsOf(contraction);
  return contraction.fills.map(({ buffer, value }) => ({
    operand: operands.findIndex((operand) => operand.buffer === buffer),
    buffer: buffers[buffer] as Buffer,
    value,
  }));
}

/** Bytes of scratch memory that the contraction's function needs; where they are more than 0 it takes one pointer more. */
export function scratchBytes(contraction: Contraction): number {
  return packedBytes(planContraction(productOf(contraction)));
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
  const plan = planContraction(productOf(contraction));
  const parameters = operands + (packedBytes(plan) > 0 ? 1 : 0);
  return module.function(
    name,
    Array.from({ length: parameters }, () => "i32" as const),
    [],
    (f: FunctionBuilder) => {
      for (const { operand, buffer, value } of fillsOf(contraction, buffers)) {
        fillBuffer(f, f.params[operand] as Local, buffer, value);
      }
      if (plan.product.sizes.every((size) => size > 0)) emitLoops(f, plan, operands);
    },
  );
}

/** Equal for contractions that the same function computes: all but the numbers of buffers and the paths. */
export function contractionKey(contraction: Contraction, buffers: readonly Buffer[]): string {
  const fills = fillsOf(contraction, buffers).map(({ operand, buffer: { dtype, shape }, value }) => ({
    operand,
    dtype,
    shape,
    value,
  }));
  const operands = operandsOf(contraction).length;
  return JSON.stringify([productOf(contraction), fills, operands], (_, value: unknown) =>
    typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
      ? Object.is(value, -0)
        ? "-0"
        : String(value)
      : value,
  );
}
