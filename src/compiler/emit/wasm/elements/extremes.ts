// The element functions whose scalar form for whole numbers takes several instructions: negate, abs, maximum, minimum.
// Of floating-point numbers maximum and minimum give NaN where either operand is NaN, as the primitives do.
import type { FunctionBuilder, Local } from "../assembler.ts";
import type { Opcode } from "../opcodes.ts";
import { type Element, operandAt } from "./element.ts";

function element(
  f32: readonly [vector: Opcode, scalar: Opcode],
  i32: Opcode,
  whole: (f: FunctionBuilder, operands: readonly Local[]) => void,
): Element {
  return {
    cheap: true,
    emit(f, operands, { lanes, inputs }) {
      if (inputs[0] === "i32" && lanes === 1) {
        whole(f, operands);
        return;
      }
      for (const operand of operands) f.get(operand);
      f.op(inputs[0] === "i32" ? i32 : f32[lanes === 4 ? 0 : 1]);
    },
  };
}

/** The first operand where `comparison` holds for the pair, else the second. */
function choice(comparison: Opcode): (f: FunctionBuilder, operands: readonly Local[]) => void {
  return (f, operands) => {
    const [a, b] = [operandAt(operands, 0), operandAt(operands, 1)];
    f.get(a);
    f.get(b);
    f.get(a);
    f.get(b);
    f.op(comparison);
    f.op("select");
  };
}

export const maximum = element(["f32x4.max", "f32.max"], "i32x4.max_s", choice("i32.gt_s"));
export const minimum = element(["f32x4.min", "f32.min"], "i32x4.min_s", choice("i32.lt_s"));

export const negate = element(["f32x4.neg", "f32.neg"], "i32x4.neg", (f, operands) => {
  f.i32(0);
  f.get(operandAt(operands, 0));
  f.op("i32.sub");
});

export const abs = element(["f32x4.abs", "f32.abs"], "i32x4.abs", (f, operands) => {
  const x = operandAt(operands, 0);
  f.i32(0);
  f.get(x);
  f.op("i32.sub");
  f.get(x);
  f.get(x);
  f.i32(0);
  f.op("i32.lt_s");
  f.op("select");
});
