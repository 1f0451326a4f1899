// The elementwise operation `sign`.
import { unaryOperation } from "./support/unary.ts";

export const sign = unaryOperation({
  name: "sign",
  doc: "-1, 0 or 1; no gradient.",
  integers: true,
  apply: (x) => Math.sign(x),
  // tf.sign gives 0 for a value that is not a number, which would hide it, and on wasm for tiny values too.
  tfjs: (tf, x) =>
    tf.tidy(() => {
      const sided = tf.where(tf.less(x, 0), tf.neg(tf.onesLike(x)), x);
      return tf.where(tf.greater(x, 0), tf.onesLike(x), sided);
    }),
});
