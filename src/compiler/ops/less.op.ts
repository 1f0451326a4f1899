// The comparison `less`.
import { binaryOperation } from "./support/binary.ts";

export const less = binaryOperation({
  name: "less",
  doc: "1 where a is below b, else 0; no gradient.",
  integers: true,
  comparison: true,
  apply: (a, b) => (a < b ? 1 : 0),
  tfjs: (tf, a, b) => tf.tidy(() => tf.cast(tf.less(a, b), "float32")),
});
