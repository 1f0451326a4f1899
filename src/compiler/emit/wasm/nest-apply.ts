// Elementwise primitives in the body of a nest.
import type { Instruction } from "../../loops/kernel.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { emitElement } from "./elements/index.ts";

export type Apply = Extract<Instruction, { op: "apply" }>;

/** Leaves the result on the stack. */
export function emitApply(
  f: FunctionBuilder,
  { name, inputs, attributes }: Apply,
  body: readonly Instruction[],
  read: (input: number) => Local,
): void {
  const operands = inputs.map(read);
  const constant = inputs.findIndex((input) => isOrdinary(body[input] as Instruction));
  // Of a value and a constant: the value where the comparison does not hold, so what is not a number stays so.
  if (constant !== -1 && (name === "maximum" || name === "minimum")) {
    f.get(operands[1 - constant] as Local);
    f.get(operands[constant] as Local);
    f.op(name === "maximum" ? "f32x4.pmax" : "f32x4.pmin");
    return;
  }
  emitElement(f, name, operands, { lanes: 4, attributes, inputs: inputs.map((input) => (body[input] as Instruction).dtype) });
}

const isOrdinary = (instruction: Instruction): boolean =>
  instruction.op === "constant" && instruction.dtype === "f32" && !Number.isNaN(instruction.value);
