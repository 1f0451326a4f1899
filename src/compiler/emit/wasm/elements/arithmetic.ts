// The element functions that the machine has an instruction for.
import type { Opcode } from "../opcodes.ts";
import type { Element } from "./element.ts";

interface Instructions {
  readonly f32: readonly [vector: Opcode, scalar: Opcode];
  readonly i32?: readonly [vector: Opcode, scalar: Opcode];
}

function instruction(cheap: boolean, { f32, i32 }: Instructions): Element {
  return {
    cheap,
    emit(f, operands, { lanes, inputs }) {
      const names = inputs[0] === "i32" ? i32 : f32;
      if (names === undefined) throw new RangeError(`${f32[1]} has no form for whole numbers`);
      for (const operand of operands) f.get(operand);
      f.op(names[lanes === 4 ? 0 : 1]);
    },
  };
}

export const add = instruction(true, { f32: ["f32x4.add", "f32.add"], i32: ["i32x4.add", "i32.add"] });
export const subtract = instruction(true, { f32: ["f32x4.sub", "f32.sub"], i32: ["i32x4.sub", "i32.sub"] });
export const multiply = instruction(true, { f32: ["f32x4.mul", "f32.mul"], i32: ["i32x4.mul", "i32.mul"] });
export const divide = instruction(false, { f32: ["f32x4.div", "f32.div"] });
export const sqrt = instruction(false, { f32: ["f32x4.sqrt", "f32.sqrt"] });
export const floor = instruction(true, { f32: ["f32x4.floor", "f32.floor"] });
/** `nearest` rounds ties to even. */
export const round = instruction(true, { f32: ["f32x4.nearest", "f32.nearest"] });
