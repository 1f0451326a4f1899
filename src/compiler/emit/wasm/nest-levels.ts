// When each value of a nest can be computed: the loop whose body it belongs to, and the pass over a row. A reduction ends a
// pass; what reads its result belongs to the next one.
import type { Instruction } from "../../loops/kernel.ts";
import { inputsOf, type LoopNest } from "./nest-shape.ts";

export interface Level {
  /** Whether it changes along the innermost loop. */
  readonly element: boolean;
  /** The innermost loop whose iterations change it, the innermost one of all left aside; -1 where none does. */
  readonly loop: number;
  /** Whether it changes along the second innermost loop. */
  readonly byRow: boolean;
  /** The first pass over the row, from 0, in which an element value can be computed, or before which a row value is known. */
  readonly pass: number;
}

export function levelsOf({ sizes, body }: LoopNest): readonly Level[] {
  const last = sizes.length - 1;
  const levels: (Level & { readonly loops: number })[] = [];
  const along = (strides: readonly number[]): number =>
    strides.reduce((loops, stride, loop) => (stride === 0 ? loops : loops | (1 << loop)), 0);
  const own = (instruction: Instruction): number => {
    switch (instruction.op) {
      case "load":
      case "lookup":
        return along(instruction.access.strides);
      case "random":
        return along(instruction.first) | along(instruction.second);
      case "index":
        return 1 << instruction.loop;
      default:
        return 0;
    }
  };
  for (const instruction of body) {
    const inputs = inputsOf(instruction).map((input) => levels[input] as (typeof levels)[number]);
    let loops = inputs.reduce((all, input) => all | input.loops, own(instruction));
    let pass = inputs.reduce((latest, input) => Math.max(latest, input.pass), 0);
    if (instruction.op === "reduce") {
      if (inputs[0]?.element === true) pass += 1;
      // It is computed in every row, whatever it depends on.
      loops = (loops & ~(1 << last)) | (last > 0 ? 1 << (last - 1) : 0);
    }
    levels.push({
      loops,
      pass,
      element: (loops & (1 << last)) !== 0,
      loop: 31 - Math.clz32(loops & ~(1 << last)),
      byRow: last > 0 && (loops & (1 << (last - 1))) !== 0,
    });
  }
  return levels;
}
