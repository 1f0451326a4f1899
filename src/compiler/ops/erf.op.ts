// The elementwise operation `erf`, the Gauss error function.
import { unaryOperation } from "./support/unary.ts";

/**
 * erf in double precision: the Maclaurin series (Abramowitz and Stegun 7.1.6, all terms of one sign) for |x| < 3, and the
 * continued fraction of erfc (7.1.14), evaluated from its tail, beyond.
 */
function errorFunction(x: number): number {
  const magnitude = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (magnitude > 6) return Math.sign(x);
  if (magnitude < 3) {
    let term = magnitude;
    let sum = magnitude;
    for (let n = 1; term > sum * 1e-17; n += 1) {
      term *= (2 * magnitude * magnitude) / (2 * n + 1);
      sum += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-magnitude * magnitude) * sum;
  }
  let tail = magnitude;
  for (let n = 60; n >= 1; n -= 1) tail = magnitude + n / 2 / tail;
  return Math.sign(x) * (1 - Math.exp(-magnitude * magnitude) / (Math.sqrt(Math.PI) * tail));
}

export const erf = unaryOperation({
  name: "erf",
  doc: "The Gauss error function, 2/sqrt(pi) times the integral of exp(-t²) from 0 to x.",
  apply: errorFunction,
  gradient: (emit, g, x) => {
    const density = emit.unary("exp", emit.negate(emit.multiply(x, x)));
    return emit.multiply(g, emit.scale(density, 2 / Math.sqrt(Math.PI)));
  },
  tfjs: (tf, x) => tf.erf(x),
  // tfjs uses Abramowitz and Stegun 7.1.26, whose absolute error is 1.5e-7.
  tolerance: 2e-5,
});
