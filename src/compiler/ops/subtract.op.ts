// The elementwise operation `subtract`.
import { binaryOperation } from "./support/binary.ts";

export const subtract = binaryOperation({
  name: "subtract",
  doc: "a - b.",
  integers: true,
  apply: (a, b) => a - b,
  gradient: (emit, g) => [g, emit.negate(g)],
  tfjs: (tf, a, b) => tf.sub(a, b),
});
