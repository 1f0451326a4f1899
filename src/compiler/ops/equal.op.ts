// The comparison `equal`.
import { binaryOperation } from "./support/binary.ts";

export const equal = binaryOperation({
  name: "equal",
  doc: "1 where a equals b, else 0; no gradient.",
  integers: true,
  comparison: true,
  apply: (a, b) => (a === b ? 1 : 0),
  tfjs: (tf, a, b) => tf.tidy(() => tf.cast(tf.equal(a, b), "float32")),
});
