// What the instructions of a kernel's body read of one another, and the same body under other numbers.
import type { Instruction, Store } from "../kernel.ts";

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
