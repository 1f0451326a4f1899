// The elementwise operation `divide`.
import { binaryOperation } from "./support/binary.ts";

export const divide = binaryOperation({
  name: "divide",
  doc: "a / b; infinite or not a number where b is 0.",
  apply: (a, b) => a / b,
  gradient: (emit, g, _a, b, y) => [emit.divide(g, b), emit.negate(emit.divide(emit.multiply(g, y), b))],
  tfjs: (tf, a, b) => tf.div(a, b),
  domains: ["any", "positive"],
});
