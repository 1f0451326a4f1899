// The element function `exp`.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";
import type { Operand, Term, VectorCode } from "./vector.ts";

/** 1.5 · 2^23: adding it rounds to whole numbers and leaves them, in two's complement, in the low bits. */
const rounder = 12582912;

/** 2 e^r for |r| <= ln(2) / 2: of degree 6, with the least maximal relative error (3e-9) among those that are 2 + 2r + …. */
const coefficients = [1, 1, 0.49999993432, 0.166665203991, 0.0416683907842, 0.0083687451066, 0.00138145400631].map(
  (coefficient) => 2 * coefficient,
);

/**
 * e^x = 2^(n-1) · 2e^r with n = round(x / ln 2) and r = x - n ln 2, ln 2 in two parts of which the first has few bits.
 * Above 88.72 it is infinite; below -86.98, where results are smaller than 1.7e-38, it is 0.
 */
export function exponential(code: VectorCode, x: Operand): Term {
  const { subtract, multiply, multiplyAdd, op } = code;
  // The clamped number is the first operand, because pmin and pmax give that one where it is NaN.
  const clamped = code.keep(op("f32x4.pmax", op("f32x4.pmin", x, 89), -87.3));
  const shifted = code.keep(multiplyAdd(clamped, Math.LOG2E, rounder + 126));
  const n = code.keep(subtract(shifted, rounder + 126));
  const r = code.keep(multiplyAdd(n, 2.1219444e-4, multiplyAdd(n, -0.693359375, clamped)));
  return multiply(code.polynomial(r, coefficients), code.shift("i32x4.shl", shifted, 23));
}

export const exp = vectorElement((code, x: Local) => exponential(code, x));
