// The elementwise operation `log1p`.
import { unaryOperation } from "./support/unary.ts";

export const log1p = unaryOperation({
  name: "log1p",
  doc: "log(1 + x), accurate near 0; -infinity at -1, not a number below.",
  apply: (x) => Math.log1p(x),
  gradient: (emit, g, x) => emit.divide(g, emit.add(x, emit.fill(1, x))),
  tfjs: (tf, x) => tf.log1p(x),
  domain: "unit",
});
