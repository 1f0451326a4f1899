// The element functions `negate` and `abs`, whose scalar form for whole numbers takes several instructions.
import type { FunctionBuilder, Local } from "../assembler.ts";
import type { Opcode } from "../opcodes.ts";
import { type Element, operandAt } from "./element.ts";

function element(
  f32: readonly [vector: Opcode, scalar: Opcode],
  i32: Opcode,
  whole: (f: FunctionBuilder, x: Local) => void,
): Element {
  return {
    cheap: true,
    emit(f, operands, { lanes, inputs }) {
      const x = operandAt(operands, 0);
      if (inputs[0] === "i32" && lanes === 1) {
        whole(f, x);
        return;
      }
      f.get(x);
      f.op(inputs[0] === "i32" ? i32 : f32[lanes === 4 ? 0 : 1]);
    },
  };
}

const negated = (f: FunctionBuilder, x: Local): void => {
  f.i32(0);
  f.get(x);
  f.op("i32.sub");
};

export const negate = element(["f32x4.neg", "f32.neg"], "i32x4.neg", negated);

export const abs = element(["f32x4.abs", "f32.abs"], "i32x4.abs", (f, x) => {
  negated(f, x);
  f.get(x);
  f.get(x);
  f.i32(0);
  f.op("i32.lt_s");
  f.op("select");
});
