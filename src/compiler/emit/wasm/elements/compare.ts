// The comparisons: 1 or 0 in f32. Whatever is compared with NaN gives 0.
import type { Opcode } from "../opcodes.ts";
import type { Element } from "./element.ts";

function comparison(f32: readonly [vector: Opcode, scalar: Opcode], i32: readonly [vector: Opcode, scalar: Opcode]): Element {
  return {
    cheap: true,
    emit(f, operands, { lanes, inputs }) {
      const names = inputs[0] === "i32" ? i32 : f32;
      for (const operand of operands) f.get(operand);
      if (lanes === 1) {
        f.op(names[1]);
        f.op("f32.convert_i32_s");
        return;
      }
      f.op(names[0]);
      f.f32x4(1);
      f.op("v128.and");
    },
  };
}

export const equal = comparison(["f32x4.eq", "f32.eq"], ["i32x4.eq", "i32.eq"]);
export const less = comparison(["f32x4.lt", "f32.lt"], ["i32x4.lt_s", "i32.lt_s"]);
export const lessEqual = comparison(["f32x4.le", "f32.le"], ["i32x4.le_s", "i32.le_s"]);
