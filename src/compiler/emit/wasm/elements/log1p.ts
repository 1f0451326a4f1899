// The element function `log1p`.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";
import { anySpecial, exponentOf, logarithmOfParts, mantissaOf, withSpecialLogarithms } from "./log.ts";

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
  const f = code.keep(add(mantissaOf(code, u, exponent), lost));
  const result = code.keep(logarithmOfParts(code, op("f32x4.convert_i32x4_s", exponent), f));
  code.when(anySpecial(code, u), () => code.replace(result, withSpecialLogarithms(code, u, result)));
  return result;
});
