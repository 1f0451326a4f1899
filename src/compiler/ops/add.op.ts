// The elementwise operation `add`.
import { binaryOperation } from "./support/binary.ts";

export const add = binaryOperation({
  name: "add",
  doc: "a + b.",
  integers: true,
  apply: (a, b) => a + b,
  gradient: (_emit, g) => [g, g],
  tfjs: (tf, a, b) => tf.add(a, b),
});
