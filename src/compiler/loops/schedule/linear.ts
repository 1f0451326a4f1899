// Whether a contraction's epilogue only scales the sum of products: then parts of the sum may be scaled first and added after.
import type { Instruction } from "../kernel.ts";

/** Whether instruction `value` is a multiple of a contraction's sum of products by something that does not depend on it. */
export function isLinearInProduct(body: readonly Instruction[], value: number): boolean {
  const instruction = body[value];
  if (instruction?.op === "product") return true;
  if (instruction?.op !== "apply") return false;
  const [first, second] = instruction.inputs;
  if (first === undefined) return false;
  if (instruction.name === "negate") return isLinearInProduct(body, first);
  if (second === undefined) return false;
  const scales = (scaled: number, by: number): boolean => isLinearInProduct(body, scaled) && !dependsOnProduct(body, by);
  switch (instruction.name) {
    case "add":
    case "subtract":
      return isLinearInProduct(body, first) && isLinearInProduct(body, second);
    case "divide":
      return scales(first, second);
    case "multiply":
      return scales(first, second) || scales(second, first);
    default:
      return false;
  }
}

function dependsOnProduct(body: readonly Instruction[], value: number): boolean {
  const instruction = body[value];
  if (instruction?.op === "product") return true;
  if (instruction?.op === "lookup") return dependsOnProduct(body, instruction.index);
  return instruction?.op === "apply" && instruction.inputs.some((input) => dependsOnProduct(body, input));
}
