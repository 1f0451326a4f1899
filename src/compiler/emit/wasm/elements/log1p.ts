// The element function `log1p`.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";
import { exponentOf, logarithmOfParts, withSpecialLogarithms } from "./log.ts";

/**
 * log of u = 1 + x with what the sum lost, x - (u - 1), given back to its mantissa; near 0 the mantissa less 1 is then x
 * itself.
 */
export const log1p = vectorElement((code, x: Local) => {
  const { add, subtract, multiply, op } = code;
  const u = code.keep(add(x, 1));
  const exponent = code.keep(exponentOf(code, u));
  // 2^(1 - exponent), because 2^-128 would be subnormal.
  const power = code.shift("i32x4.shl", op("i32x4.sub", code.integer(128), exponent), 23);
  const lost = multiply(multiply(subtract(x, subtract(u, 1)), 0.5), power);
  const mantissa = op("i32x4.sub", u, code.shift("i32x4.shl", exponent, 23));
  const f = code.keep(add(subtract(mantissa, 1), lost));
  const whole = code.keep(op("f32x4.convert_i32x4_s", exponent));
  return withSpecialLogarithms(code, u, logarithmOfParts(code, whole, f));
});
