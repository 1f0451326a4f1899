// The element function `tanh`: a rational function of x, odd over even, clamped where it reaches 1.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";

/** Coefficients of x, x³, … and of 1, x², …: the approximation of tanh in the Eigen library. */
const numerator = [
  4.89352455891786e-3, 6.37261928875436e-4, 1.48572235717979e-5, 5.12229709037114e-8, -8.60467152213735e-11, 2.00018790482477e-13,
  -2.76076847742355e-16,
];
const denominator = [4.89352518554385e-3, 2.268434632439e-3, 1.18534705686654e-4, 1.19825839466702e-6];

export const tanh = vectorElement((code, x: Local) => {
  const clamped = code.keep(code.op("f32x4.pmax", code.op("f32x4.pmin", x, 7.905311107635498), -7.905311107635498));
  const square = code.keep(code.multiply(clamped, clamped));
  const above = code.multiply(code.polynomial(square, numerator), clamped);
  return code.divide(above, code.polynomial(square, denominator));
});
