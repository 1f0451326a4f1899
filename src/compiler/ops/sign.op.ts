// The elementwise operation `sign`.
import { unaryOperation } from "./support/unary.ts";

export const sign = unaryOperation({
  name: "sign",
  doc: "-1, 0 or 1; no gradient.",
  integers: true,
  apply: (x) => Math.sign(x),
  tfjs: (tf, x) => tf.sign(x),
});
