// Elementwise primitives in the body of a nest, and the few pairs of them that the machine has one instruction for.
import type { Instruction } from "../../loops/kernel.ts";
import type { FunctionBuilder, Local } from "./assembler.ts";
import { emitElement } from "./elements/index.ts";
import type { Level } from "./nest-levels.ts";
import { inputsOf, type LoopNest } from "./nest-shape.ts";

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

/**
 * The sums a · b + c of element values, by the instruction that adds: a, b and c, where nothing else reads the product and no later
 * pass does (`isKept`).
 */
export function fusedSums(
  { body, stores }: LoopNest,
  levels: readonly Level[],
  isKept: (product: number) => boolean,
): ReadonlyMap<number, readonly number[]> {
  const readers = new Map<number, number>();
  const count = (input: number): void => void readers.set(input, (readers.get(input) ?? 0) + 1);
  for (const instruction of body) inputsOf(instruction).forEach(count);
  for (const { value, index } of stores) [value, ...(index === undefined ? [] : [index.value])].forEach(count);
  const found = new Map<number, readonly number[]>();
  body.forEach((instruction, at) => {
    if (instruction.op !== "apply" || instruction.name !== "add" || instruction.dtype !== "f32") return;
    const product = instruction.inputs.find((input) => {
      const other = body[input] as Instruction;
      const alike = levels[input]?.element === true && levels[input]?.byRow === levels[at]?.byRow;
      return other.op === "apply" && other.name === "multiply" && alike && readers.get(input) === 1 && !isKept(input);
    });
    if (product === undefined) return;
    const rest = instruction.inputs.filter((input) => input !== product);
    found.set(at, [...inputsOf(body[product] as Instruction), ...rest]);
  });
  return found;
}
