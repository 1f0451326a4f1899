// The elementwise operation `tanh`.
import { unaryOperation } from "./support/unary.ts";

export const tanh = unaryOperation({
  name: "tanh",
  doc: "Hyperbolic tangent.",
  apply: (x) => Math.tanh(x),
  gradient: (emit, g, _x, y) => emit.multiply(g, emit.subtract(emit.fill(1, y), emit.multiply(y, y))),
  tfjs: (tf, x) => tf.tanh(x),
});
