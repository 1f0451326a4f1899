// The elementwise operation `exp`.
import { unaryOperation } from "./support/unary.ts";

export const exp = unaryOperation({
  name: "exp",
  doc: "e to the power x; infinite above about 88.7 in float32.",
  apply: (x) => Math.exp(x),
  gradient: (emit, g, _x, y) => emit.multiply(g, y),
  tfjs: (tf, x) => tf.exp(x),
});
