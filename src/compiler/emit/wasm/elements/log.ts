// The element function `log`.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";
import type { Operand, Term, VectorCode } from "./vector.ts";

/** The bits of sqrt(1/2): mantissas are taken from there to sqrt(2), so that log of what is near 1 has the exponent 0. */
const lowest = 0x3f3504f3;

/** log(1 + f) = f + f² · this polynomial: least maximal relative error (3e-8) among those that begin with -1/2. */
const coefficients = [
  -0.5, 0.333339125987, -0.250013446169, 0.199629814775, -0.16577275438, 0.14915409419, -0.142704210301, 0.0870237830838,
];

/** e · ln 2 + log(1 + f) for sqrt(1/2) <= 1 + f <= sqrt(2) and whole e. */
export function logarithmOfParts(code: VectorCode, exponent: Operand, f: Local): Term {
  const { add, multiply } = code;
  const small = add(multiply(multiply(f, f), code.polynomial(f, coefficients)), f);
  return add(multiply(exponent, Math.LN2), small);
}

/** The exponent that leaves a mantissa between sqrt(1/2) and sqrt(2), as i32 lanes. */
export function exponentOf(code: VectorCode, x: Operand): Term {
  return code.shift("i32x4.shr_s", code.op("i32x4.sub", x, code.integer(lowest)), 23);
}

/** The mantissa that belongs to this exponent, less 1. */
export function mantissaOf(code: VectorCode, x: Operand, exponent: Operand): Term {
  return code.subtract(code.op("i32x4.sub", x, code.shift("i32x4.shl", exponent, 23)), 1);
}

/** log x of normal positive numbers. */
export function logarithm(code: VectorCode, x: Local): Term {
  const exponent = code.keep(exponentOf(code, x));
  const f = code.keep(mantissaOf(code, x, exponent));
  return logarithmOfParts(code, code.op("f32x4.convert_i32x4_s", exponent), f);
}

/** Whether some lane is not a normal positive number: an i32 local that counts as kept. */
export function anySpecial(code: VectorCode, x: Local): Local {
  const { op } = code;
  // Bits from those of the smallest normal number, unsigned, are fewer than those between it and infinity.
  const above = op("i32x4.sub", x, code.integer(0x00800000));
  return code.keepFlag(op("v128.any_true", op("i32x4.ge_u", above, code.integer(0x7f000000))));
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
  const { op } = code;
  const special = anySpecial(code, x);
  const scaled = code.keep(x);
  const shift = code.keep(0);
  code.when(special, () => {
    // Subnormal numbers are scaled into the normal range.
    const tiny = code.keep(op("f32x4.lt", x, 2 ** -126));
    code.replace(scaled, code.choose(tiny, code.multiply(x, 2 ** 23), x));
    code.replace(shift, op("v128.and", tiny, 23));
  });
  const exponent = code.keep(exponentOf(code, scaled));
  const f = code.keep(mantissaOf(code, scaled, exponent));
  const whole = code.subtract(op("f32x4.convert_i32x4_s", exponent), shift);
  const result = code.keep(logarithmOfParts(code, whole, f));
  code.when(special, () => code.replace(result, withSpecialLogarithms(code, x, result)));
  return result;
});
