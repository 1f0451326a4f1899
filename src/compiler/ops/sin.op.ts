// The elementwise operation `sin`.
import { unaryOperation } from "./support/unary.ts";

export const sin = unaryOperation({
  name: "sin",
  doc: "Sine of an angle in radians.",
  apply: (x) => Math.sin(x),
  gradient: (emit, g, x) => emit.multiply(g, emit.unary("cos", x)),
  tfjs: (tf, x) => tf.sin(x),
});
