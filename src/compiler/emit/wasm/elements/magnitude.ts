// The element functions `negate` and `abs`, whose scalar form for whole numbers takes several instructions.
import type { FunctionBuilder, Local } from "../assembler.ts";
import type { Opcode } from "../opcodes.ts";
import { type Element, operandAt } from "./element.ts";

const signBit = -(2 ** 31);

function element(
  f32: { readonly vector: readonly [name: Opcode, mask: number]; readonly scalar: Opcode },
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
      if (inputs[0] === "i32") f.op(i32);
      else if (lanes === 1) f.op(f32.scalar);
      else {
        // Engines make the mask of `f32x4.neg` and `f32x4.abs` anew each time; a constant stays where it is.
        const [name, mask] = f32.vector;
        f.i32x4(mask);
        f.op(name);
      }
    },
  };
}

const negated = (f: FunctionBuilder, x: Local): void => {
  f.i32(0);
  f.get(x);
  f.op("i32.sub");
};

export const negate = element({ vector: ["v128.xor", signBit], scalar: "f32.neg" }, "i32x4.neg", negated);

export const abs = element({ vector: ["v128.and", ~signBit], scalar: "f32.abs" }, "i32x4.abs", (f, x) => {
  negated(f, x);
  f.get(x);
  f.get(x);
  f.i32(0);
  f.op("i32.lt_s");
  f.op("select");
});
