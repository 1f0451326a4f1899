// Which instructions of a kernel's body are row values: computed once for each run of the innermost loop.
import type { Contraction, Instruction, Nest } from "./kernel.ts";

/** For each instruction whether its value changes along the innermost loop. */
export function variesAlongInnermost({ sizes, body }: Pick<Nest | Contraction, "sizes" | "body">): readonly boolean[] {
  const last = sizes.length - 1;
  const varies: boolean[] = [];
  const of = (instruction: Instruction): boolean => {
    switch (instruction.op) {
      case "constant":
      case "reduce":
        return false;
      case "index":
        return instruction.loop === last;
      case "load":
        return (instruction.access.strides[last] ?? 0) !== 0;
      case "lookup":
        return (instruction.access.strides[last] ?? 0) !== 0 || varies[instruction.index] === true;
      case "apply":
        return instruction.inputs.some((input) => varies[input] === true);
      case "random":
        return (instruction.first[last] ?? 0) !== 0 || (instruction.second[last] ?? 0) !== 0;
      case "product":
        return true;
    }
  };
  for (const instruction of body) varies.push(of(instruction));
  return varies;
}
