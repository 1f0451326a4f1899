// The elementwise operation `sqrt`.
import { unaryOperation } from "./support/unary.ts";

export const sqrt = unaryOperation({
  name: "sqrt",
  doc: "Square root; not a number below 0. Its gradient is infinite at 0.",
  apply: (x) => Math.sqrt(x),
  gradient: (emit, g, _x, y) => emit.divide(emit.scale(g, 0.5), y),
  tfjs: (tf, x) => tf.sqrt(x),
  domain: "positive",
});
