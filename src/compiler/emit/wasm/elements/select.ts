// The choice `select`: the bits of one operand or of the other, so that NaN in what is not chosen stays there.
import { type Element, operandAt } from "./element.ts";

export const select: Element = {
  cheap: true,
  emit(f, operands, { lanes }) {
    f.get(operandAt(operands, 1));
    f.get(operandAt(operands, 2));
    f.get(operandAt(operands, 0));
    if (lanes === 1) {
      f.f32(0);
      f.op("f32.ne");
      f.op("select");
    } else {
      f.f32x4(0);
      f.op("f32x4.ne");
      f.op("v128.bitselect");
    }
  },
};
