// The elementwise operation `negate`.
import { unaryOperation } from "./support/unary.ts";

export const negate = unaryOperation({
  name: "negate",
  doc: "Minus x.",
  integers: true,
  apply: (x) => -x,
  gradient: (emit, g) => emit.negate(g),
  tfjs: (tf, x) => tf.neg(x),
});
