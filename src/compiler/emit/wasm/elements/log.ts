// The element function `log`.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";
import type { Operand, Term, VectorCode } from "./vector.ts";

/** The bits of sqrt(1/2): mantissas are taken from there to sqrt(2), so that log of what is near 1 has the exponent 0. */
const lowest = 0x3f3504f3;

/** log(1 + f) = f - f²/2 + f³ · this polynomial: logf in S. Moshier's Cephes library. */
const coefficients = [
  3.3333331174e-1, -2.4999993993e-1, 2.0000714765e-1, -1.6668057665e-1, 1.4249322787e-1, -1.2420140846e-1, 1.167699874e-1,
  -1.151461031e-1, 7.0376836292e-2,
];

/** e · ln 2 + log(1 + f) for sqrt(1/2) <= 1 + f <= sqrt(2) and whole e. */
export function logarithmOfParts(code: VectorCode, exponent: Local, f: Local): Term {
  const { add, subtract, multiply } = code;
  const square = code.keep(multiply(f, f));
  const cubic = multiply(multiply(code.polynomial(f, coefficients), f), square);
  const small = subtract(subtract(cubic, multiply(exponent, 2.1219444e-4)), multiply(square, 0.5));
  return add(add(small, f), multiply(exponent, 0.693359375));
}

/** The exponent that leaves a mantissa between sqrt(1/2) and sqrt(2), as i32 lanes. */
export function exponentOf(code: VectorCode, x: Operand): Term {
  return code.shift("i32x4.shr_s", code.op("i32x4.sub", x, code.integer(lowest)), 23);
}

/** log x of normal positive numbers. */
export function logarithm(code: VectorCode, x: Local): Term {
  const exponent = code.keep(exponentOf(code, x));
  const f = code.keep(code.subtract(code.op("i32x4.sub", x, code.shift("i32x4.shl", exponent, 23)), 1));
  return logarithmOfParts(code, code.keep(code.op("f32x4.convert_i32x4_s", exponent)), f);
}

/** `result` where 0 < x < infinity; else infinity of infinity, -infinity of 0 and NaN of the rest. */
export function withSpecialLogarithms(code: VectorCode, x: Local, result: Operand): Term {
  const { op } = code;
  const ordinary = op("v128.and", op("f32x4.gt", x, 0), op("f32x4.lt", x, Number.POSITIVE_INFINITY));
  // All bits set are a NaN; the bits of 0 or -0 joined with those of -infinity are -infinity.
  const negative = op("v128.or", x, op("f32x4.lt", x, 0));
  const zero = op("v128.and", op("f32x4.eq", x, 0), Number.NEGATIVE_INFINITY);
  return code.choose(ordinary, result, op("v128.or", negative, zero));
}

export const log = vectorElement((code, x: Local) => {
  // Subnormal numbers are scaled into the normal range first.
  const tiny = code.keep(code.op("f32x4.lt", x, 2 ** -126));
  const scaled = code.keep(code.choose(tiny, code.multiply(x, 2 ** 23), x));
  const exponent = code.keep(exponentOf(code, scaled));
  const f = code.keep(code.subtract(code.op("i32x4.sub", scaled, code.shift("i32x4.shl", exponent, 23)), 1));
  const whole = code.subtract(code.op("f32x4.convert_i32x4_s", exponent), code.op("v128.and", tiny, 23));
  return withSpecialLogarithms(code, x, logarithmOfParts(code, code.keep(whole), f));
});
