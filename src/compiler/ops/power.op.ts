// The elementwise operation `power`.
import { binaryOperation } from "./support/binary.ts";

export const power = binaryOperation({
  name: "power",
  doc: "a to the power b; not a number for a negative a and a fractional b. The gradient of b is 0 where a is not positive.",
  apply: (a, b) => a ** b,
  gradient: (emit, g, a, b, y) => {
    const slope = emit.multiply(b, emit.builder.add("power", [a, emit.subtract(b, emit.fill(1, b))]));
    const positive = emit.builder.add("less", [emit.fill(0, a), a]);
    // log(1) stands in where a is not positive, so that no infinity meets the 0 (the rule of PyTorch and JAX at a = 0).
    const logarithm = emit.unary("log", emit.select(positive, a, emit.fill(1, a)));
    return [emit.multiply(g, slope), emit.multiply(g, emit.multiply(y, logarithm))];
  },
  tfjs: (tf, a, b) => tf.pow(a, b),
  domains: ["positive", "any"],
  tolerance: 1e-4,
});
