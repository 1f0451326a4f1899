// The elementwise operation `sigmoid`.
import { unaryOperation } from "./support/unary.ts";

export const sigmoid = unaryOperation({
  name: "sigmoid",
  doc: "1 / (1 + exp(-x)), computed without overflow.",
  apply: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  gradient: (emit, g, _x, y) => emit.multiply(g, emit.multiply(y, emit.subtract(emit.fill(1, y), y))),
  tfjs: (tf, x) => tf.sigmoid(x),
});
