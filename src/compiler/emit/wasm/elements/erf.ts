// The element function `erf`: a rational function of x, odd over even, clamped where erf rounds to 1. Beyond that only the square is
// held fast: the value grows past 1 from there on, and is cut.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";

/** Coefficients of x, x³, … and of 1, x², …: the approximation of erf in the Eigen library and in XLA. */
const numerator = [1.128379143519084, 0.18520832239976145, 0.05095569506238086, 0.0034082910107109507, 0.00022905065861350646];
const denominator = [
  1, 0.49746925110067536, 0.11098505178285362, 0.014070470171167667, 0.0010179625278914884, 2.3547966471313183e-5,
  -1.1791602954361697e-7,
];

export const erf = vectorElement((code, x: Local) => {
  const square = code.keep(code.op("f32x4.pmin", code.multiply(x, x), 3.832506856900711 ** 2));
  const above = code.multiply(code.polynomial(square, numerator), x);
  const value = code.divide(above, code.polynomial(square, denominator));
  // Rounding carries it past 1 by up to 3 units in the last place where 1 - |erf x| should not be negative.
  return code.op("f32x4.pmax", code.op("f32x4.pmin", value, 1), -1);
});
