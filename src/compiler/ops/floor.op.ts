// The elementwise operation `floor`.
import { unaryOperation } from "./support/unary.ts";

export const floor = unaryOperation({
  name: "floor",
  doc: "The largest whole number not above x; no gradient.",
  apply: (x) => Math.floor(x),
  tfjs: (tf, x) => tf.floor(x),
});
