// The elementwise operation `minimum`.
import { binaryOperation } from "./support/binary.ts";

export const minimum = binaryOperation({
  name: "minimum",
  doc: "The smaller of a and b; where they are equal each gets half of the gradient.",
  integers: true,
  apply: (a, b) => Math.min(a, b),
  gradient: (emit, g, a, b) => {
    const half = emit.select(emit.builder.add("equal", [a, b]), emit.fill(0.5, a), emit.fill(1, a));
    const shared = emit.multiply(g, half);
    const none = emit.fill(0, g);
    const first = emit.builder.add("less_equal", [a, b]);
    const second = emit.builder.add("less_equal", [b, a]);
    return [emit.select(first, shared, none), emit.select(second, shared, none)];
  },
  tfjs: (tf, a, b) => tf.minimum(a, b),
});
