// Whether a value only scales and adds what chunks have parts of: then the parts may go through the same arithmetic, and their
// sum comes out the same.
import type { Instruction } from "../kernel.ts";

/** Whether instruction `value` is linear in the instructions that are parts, without a term of its own. */
export function isLinear(body: readonly Instruction[], value: number, isPart: (instruction: Instruction) => boolean): boolean {
  const instruction = body[value];
  if (instruction === undefined) return false;
  if (isPart(instruction)) return true;
  if (instruction.op !== "apply") return false;
  const [first, second] = instruction.inputs;
  if (first === undefined) return false;
  const linear = (input: number): boolean => isLinear(body, input, isPart);
  if (instruction.name === "negate") return linear(first);
  if (second === undefined) return false;
  const scales = (scaled: number, by: number): boolean => linear(scaled) && !dependsOn(body, by, isPart);
  switch (instruction.name) {
    case "add":
    case "subtract":
      return linear(first) && linear(second);
    case "divide":
      return scales(first, second);
    case "multiply":
      return scales(first, second) || scales(second, first);
    default:
      return false;
  }
}

function dependsOn(body: readonly Instruction[], value: number, isPart: (instruction: Instruction) => boolean): boolean {
  const instruction = body[value];
  if (instruction === undefined) return false;
  if (isPart(instruction)) return true;
  if (instruction.op === "lookup") return dependsOn(body, instruction.index, isPart);
  return instruction.op === "apply" && instruction.inputs.some((input) => dependsOn(body, input, isPart));
}
