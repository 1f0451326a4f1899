// The elementwise operation `abs`.
import { unaryOperation } from "./support/unary.ts";

export const abs = unaryOperation({
  name: "abs",
  doc: "Absolute value; the gradient at 0 is 0.",
  integers: true,
  apply: (x) => Math.abs(x),
  gradient: (emit, g, x) => emit.multiply(g, emit.unary("sign", x)),
  tfjs: (tf, x) => tf.abs(x),
});
