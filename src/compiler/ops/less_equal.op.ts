// The comparison `less_equal`.
import { binaryOperation } from "./support/binary.ts";

export const lessEqual = binaryOperation({
  name: "less_equal",
  doc: "1 where a is not above b, else 0; no gradient.",
  integers: true,
  comparison: true,
  apply: (a, b) => (a <= b ? 1 : 0),
  tfjs: (tf, a, b) => tf.tidy(() => tf.cast(tf.lessEqual(a, b), "float32")),
});
