// The elementwise operation `multiply`.
import { binaryOperation } from "./support/binary.ts";

export const multiply = binaryOperation({
  name: "multiply",
  doc: "a times b.",
  integers: true,
  apply: (a, b) => a * b,
  gradient: (emit, g, a, b) => [emit.multiply(g, b), emit.multiply(g, a)],
  tfjs: (tf, a, b) => tf.mul(a, b),
});
