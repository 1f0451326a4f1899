// The elementwise operation `log`.
import { unaryOperation } from "./support/unary.ts";

export const log = unaryOperation({
  name: "log",
  doc: "Natural logarithm; -infinity at 0, not a number below.",
  apply: (x) => Math.log(x),
  gradient: (emit, g, x) => emit.divide(g, x),
  tfjs: (tf, x) => tf.log(x),
  domain: "positive",
});
