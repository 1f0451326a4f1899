// The elementwise operation `cos`.
import { unaryOperation } from "./support/unary.ts";

export const cos = unaryOperation({
  name: "cos",
  doc: "Cosine of an angle in radians.",
  apply: (x) => Math.cos(x),
  gradient: (emit, g, x) => emit.negate(emit.multiply(g, emit.unary("sin", x))),
  tfjs: (tf, x) => tf.cos(x),
});
