// The conversion `cast`, and the primitives that pass their first operand on.
import { type Element, operandAt } from "./element.ts";

/** f32 to i32 drops the fraction and clamps to the range of i32; NaN gives 0. */
export const cast: Element = {
  cheap: true,
  emit(f, operands, { lanes, attributes, inputs }) {
    f.get(operandAt(operands, 0));
    if (attributes.dtype === inputs[0]) return;
    if (attributes.dtype === "i32") f.op(lanes === 4 ? "i32x4.trunc_sat_f32x4_s" : "i32.trunc_sat_f32_s");
    else f.op(lanes === 4 ? "f32x4.convert_i32x4_s" : "f32.convert_i32_s");
  },
};

/** `stop` and `gradient_scale`, which act on gradients alone. */
export const identity: Element = {
  cheap: true,
  emit: (f, operands) => f.get(operandAt(operands, 0)),
};
