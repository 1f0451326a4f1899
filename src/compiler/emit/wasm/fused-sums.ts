// Pairs of a multiplication and an addition in a kernel's body that become one instruction, where the machine has it.
import type { Instruction, Store } from "../../loops/kernel.ts";
import type { ProductInstruction } from "./contraction/product.ts";
import { inputsOf } from "./nest-shape.ts";

export interface BodyWithStores {
  readonly body: readonly (Instruction | ProductInstruction)[];
  readonly stores: readonly Pick<Store, "value" | "index">[];
}

/**
 * The sums a · b + c of f32 by the instruction that adds: a, b and c, where nothing else reads the product and `mayJoin` holds of
 * it and the sum.
 */
export function fusedSums(
  { body, stores }: BodyWithStores,
  mayJoin: (product: number, sum: number) => boolean,
): ReadonlyMap<number, readonly number[]> {
  const readers = new Map<number, number>();
  const count = (input: number): void => void readers.set(input, (readers.get(input) ?? 0) + 1);
  for (const instruction of body) inputsOf(instruction).forEach(count);
  for (const { value, index } of stores) [value, ...(index === undefined ? [] : [index.value])].forEach(count);
  const found = new Map<number, readonly number[]>();
  body.forEach((instruction, at) => {
    if (instruction.op !== "apply" || instruction.name !== "add" || instruction.dtype !== "f32") return;
    const product = instruction.inputs.find((input) => {
      const other = body[input];
      return other?.op === "apply" && other.name === "multiply" && readers.get(input) === 1 && mayJoin(input, at);
    });
    if (product === undefined) return;
    const rest = instruction.inputs.filter((input) => input !== product);
    found.set(at, [...inputsOf(body[product] as Instruction), ...rest]);
  });
  return found;
}
