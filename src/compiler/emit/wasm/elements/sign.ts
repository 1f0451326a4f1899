// The element function `sign`: -1, 0 or 1, and NaN of NaN.
import type { Local } from "../assembler.ts";
import { type Element, operandAt, vectorElement } from "./element.ts";

/** x itself where it is 0 or NaN, else 1 with the sign bit of x. */
const ofFloat = vectorElement((code, x: Local) => {
  const sided = code.op("v128.or", code.op("v128.and", x, code.integer(-0x80000000)), 1);
  const nonzero = code.op("v128.or", code.op("f32x4.lt", x, 0), code.op("f32x4.gt", x, 0));
  return code.choose(nonzero, sided, x);
});

export const sign: Element = {
  cheap: true,
  emit(f, operands, options) {
    if (options.inputs[0] !== "i32") {
      ofFloat.emit(f, operands, options);
      return;
    }
    const x = operandAt(operands, 0);
    // (x > 0) - (x < 0); a true lane is -1, a true scalar 1.
    const [after, before] = options.lanes === 4 ? (["lt", "gt"] as const) : (["gt", "lt"] as const);
    const type = options.lanes === 4 ? "i32x4" : "i32";
    for (const side of [after, before]) {
      f.get(x);
      if (options.lanes === 4) f.i32x4(0);
      else f.i32(0);
      f.op(`${type}.${side}_s`);
    }
    f.op(`${type}.sub`);
  },
};
