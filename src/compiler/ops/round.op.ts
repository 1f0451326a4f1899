// The elementwise operation `round`.
import { unaryOperation } from "./support/unary.ts";

/** IEEE 754 roundTiesToEven, the rule of numpy, PyTorch and tfjs; `Math.round` rounds ties up. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}

export const round = unaryOperation({
  name: "round",
  doc: "The nearest whole number, ties to the even one; no gradient.",
  apply: roundHalfToEven,
  tfjs: (tf, x) => tf.round(x),
});
