// What the instructions of a kernel's body read of one another, and the same body under other numbers.
import type { Instruction, Nest, Store } from "../kernel.ts";

/** The instructions that an instruction reads. */
export function inputsOf(instruction: Instruction): readonly number[] {
  switch (instruction.op) {
    case "lookup":
      return [instruction.index];
    case "apply":
      return instruction.inputs;
    case "reduce":
      return [instruction.input];
    case "random":
      return [instruction.seed, instruction.step, ...(instruction.base ?? [])];
    default:
      return [];
  }
}

/** The instruction where those that it reads have other numbers. */
export function withInputs(instruction: Instruction, moved: (number: number) => number): Instruction {
  switch (instruction.op) {
    case "lookup":
      return { ...instruction, index: moved(instruction.index) };
    case "apply":
      return { ...instruction, inputs: instruction.inputs.map(moved) };
    case "reduce":
      return { ...instruction, input: moved(instruction.input) };
    case "random": {
      const { base, ...rest } = { ...instruction, seed: moved(instruction.seed), step: moved(instruction.step) };
      return base === undefined ? rest : { ...rest, base: [moved(base[0]), moved(base[1])] };
    }
    default:
      return instruction;
  }
}

/** The store where the instructions that it stores have other numbers. */
export function withValues({ value, index, ...rest }: Store, moved: (number: number) => number): Store {
  const store = { ...rest, value: moved(value) };
  return index === undefined ? store : { ...store, index: { ...index, value: moved(index.value) } };
}

/** The instructions that a store reads. */
export const valuesOf = ({ value, index }: Store): readonly number[] => (index === undefined ? [value] : [value, index.value]);

/** The instructions that some need, themselves included; `toReductions`: not what reductions need. */
export function reachable(body: readonly Instruction[], from: readonly number[], toReductions = false): ReadonlySet<number> {
  const found = new Set<number>();
  const stack = [...from];
  for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    if (!toReductions || body[at]?.op !== "reduce") stack.push(...inputsOf(body[at] as Instruction));
  }
  return found;
}

/** The kernel without the instructions that no store needs. Padded rows, which it may have left out, are computed. */
export function compactNest({ skip: _skip, ...kernel }: Nest): Nest {
  const needed = reachable(kernel.body, kernel.stores.flatMap(valuesOf));
  const numbers = new Map<number, number>();
  const moved = (at: number): number => numbers.get(at) as number;
  const body: Instruction[] = [];
  kernel.body.forEach((instruction, at) => {
    if (needed.has(at)) numbers.set(at, body.push(withInputs(instruction, moved)) - 1);
  });
  return { ...kernel, body, stores: kernel.stores.map((store) => withValues(store, moved)) };
}
