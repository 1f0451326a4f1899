// The element function `power`: 2^(b · log2 |a|), with the logarithm and the product in f64 so that large powers keep their
// digits; then the signs and the special cases of a ** b as ECMAScript has them.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";
import type { Operand, Term, VectorCode } from "./vector.ts";

/** The high word of sqrt(1/2) in f64, in the place of a 64-bit lane's high half. */
const lowestHigh = 0x3fe6a09e;
/** 1.5 · 2^52: adding it rounds to whole numbers and leaves them, in two's complement, in the low word. */
const rounder = 6755399441055744;

/** Terms of 2 atanh(s) / (s ln 2) in s²: log2(m) = s · this for s = (m - 1) / (m + 1). */
const logarithm = [0, 1, 2, 3, 4, 5, 6].map((k) => 2 / ((2 * k + 1) * Math.LN2));
/** Twice the terms of 2^g: the remainder is below float32 rounding for |g| <= 1/2. */
const exponential = [0, 1, 2, 3, 4, 5, 6, 7].map((k) => {
  let term = 2;
  for (let n = 1; n <= k; n += 1) term *= Math.LN2 / n;
  return term;
});

function doublePolynomial(code: VectorCode, x: Local, coefficients: readonly number[]): Term {
  const { op, double } = code;
  return coefficients
    .slice(0, -1)
    .reduceRight<Term>(
      (sum, coefficient) => op("f64x2.add", op("f64x2.mul", sum, x), double(coefficient)),
      double(coefficients.at(-1) ?? 0),
    );
}

/** b · log2 a for two lanes, 0 <= a; infinite for a infinite or 0, NaN for NaN. */
function exponentsOf(code: VectorCode, bases: Operand, powers: Operand): Local {
  const { op, double } = code;
  const a = code.keep(op("f64x2.promote_low_f32x4", bases));
  const highs = code.keep(op("i64x2.sub", a, code.gather(code.integer(0), code.integer(lowestHigh), [0, 4, 0, 4])));
  // The exponent in the high words, and from there in f64.
  const exponent = code.keep(code.shift("i32x4.shr_s", highs, 20));
  const mask = code.gather(code.integer(0), code.integer(-1), [0, 4, 0, 4]);
  const whole = op("f64x2.convert_low_i32x4_s", code.gather(exponent, exponent, [1, 3, 1, 3]));
  const scale = op("v128.and", code.shift("i32x4.shl", exponent, 20), mask);
  const mantissa = code.keep(op("i64x2.sub", a, scale));
  const s = code.keep(op("f64x2.div", op("f64x2.sub", mantissa, double(1)), op("f64x2.add", mantissa, double(1))));
  const square = code.keep(op("f64x2.mul", s, s));
  const value = op("f64x2.add", op("f64x2.mul", doublePolynomial(code, square, logarithm), s), whole);
  // Infinity and NaN are their own logarithms.
  const ordinary = code.choose(op("f64x2.lt", a, double(Number.POSITIVE_INFINITY)), value, a);
  const zero = op("f64x2.eq", a, double(0));
  const log2 = code.choose(zero, double(Number.NEGATIVE_INFINITY), ordinary);
  return code.keep(op("f64x2.mul", op("f64x2.promote_low_f32x4", powers), log2));
}

/** 2^p for f64 lanes in two halves, p clamped to what f32 can hold; NaN of NaN. */
function powerOfTwo(code: VectorCode, halves: readonly [Local, Local]): Term {
  const { op, double } = code;
  const split = (p: Local): readonly [Local, Local] => {
    const clamped = code.keep(op("f64x2.pmax", op("f64x2.pmin", p, double(128.25)), double(-126)));
    const shifted = code.keep(op("f64x2.add", clamped, double(rounder + 126)));
    const rest = op("f64x2.sub", clamped, op("f64x2.sub", shifted, double(rounder + 126)));
    return [shifted, code.keep(op("f32x4.demote_f64x2_zero", rest))];
  };
  const [low, high] = [split(halves[0]), split(halves[1])];
  const rest = code.keep(code.gather(low[1], high[1], [0, 1, 4, 5]));
  const whole = code.gather(low[0], high[0], [0, 2, 4, 6]);
  return code.multiply(code.polynomial(rest, exponential), code.shift("i32x4.shl", whole, 23));
}

export const power = vectorElement((code, a: Local, b: Local) => {
  const { op } = code;
  const magnitude = code.keep(op("f32x4.abs", a));
  const low = exponentsOf(code, magnitude, b);
  const high = exponentsOf(code, code.gather(magnitude, magnitude, [2, 3, 2, 3]), code.gather(b, b, [2, 3, 2, 3]));
  const result = powerOfTwo(code, [low, high]);
  const half = code.keep(code.multiply(b, 0.5));
  const fractional = code.keep(op("f32x4.ne", op("f32x4.floor", b), b));
  const halfWhole = op("f32x4.eq", op("f32x4.floor", half), half);
  const even = op("v128.or", halfWhole, fractional);
  const sign = op("v128.and", op("v128.andnot", a, even), code.integer(-0x80000000));
  const finiteNegative = op("v128.and", op("f32x4.lt", a, 0), op("f32x4.gt", a, Number.NEGATIVE_INFINITY));
  // All bits set are a NaN.
  const undefinedMask = op("v128.and", finiteNegative, fractional);
  const signed = op("v128.or", op("v128.or", result, sign), undefinedMask);
  return code.choose(op("f32x4.eq", b, 0), 1, signed);
});
