// The element functions `sin` and `cos`, and the cosine of whole turns that random numbers need. The angle is reduced to a
// quadrant and a rest between -pi/4 and pi/4, in f64: exact to f32 rounding for |x| up to 2^20. Beyond, the rest is off by
// about |x| · 2^-53, and above 2^50 all that can be said of the result is that it lies between -1 and 1.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";
import type { Operand, Term, VectorCode } from "./vector.ts";

/** sin r = r + r³ · this in r², cos r = 1 - r²/2 + r⁴ · this in r²: sinf and cosf in S. Moshier's Cephes library. */
const sine = [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4];
const cosine = [0.04166664568298827, -0.001388731625493765, 2.443315711809948e-5];

/** 1.5 · 2^52: adding it rounds to whole numbers and leaves them, in two's complement, in the low word. */
const rounder = 6755399441055744;
/** pi/2 in two parts: the first has 33 bits, so that 20-bit multiples of it are exact. */
const halfPi = [1.5707963267341256, 6.077100506506192e-11] as const;

/** sin(rest + quadrant · pi/2) for |rest| <= pi/4; only the low two bits of the quadrant count. */
function sineOfParts(code: VectorCode, rest: Local, quadrant: Local): Term {
  const { add, subtract, multiply, op } = code;
  const square = code.keep(multiply(rest, rest));
  const ofSine = code.keep(add(multiply(multiply(code.polynomial(square, sine), square), rest), rest));
  const quartic = multiply(multiply(code.polynomial(square, cosine), square), square);
  const ofCosine = code.keep(add(subtract(quartic, multiply(square, 0.5)), 1));
  const odd = op("i32x4.eq", op("v128.and", quadrant, code.integer(1)), code.integer(1));
  const sign = op("v128.and", code.shift("i32x4.shl", quadrant, 30), code.integer(-0x80000000));
  return op("v128.xor", code.choose(odd, ofCosine, ofSine), sign);
}

/** The quadrant of two angles in the low words of the lanes, and the rest as f64 lanes. */
function reduce(code: VectorCode, angles: Operand): readonly [quadrant: Local, rest: Local] {
  const { op, double } = code;
  const x = code.keep(op("f64x2.promote_low_f32x4", angles));
  const quadrant = code.keep(op("f64x2.add", op("f64x2.mul", x, double(2 / Math.PI)), double(rounder)));
  const whole = code.keep(op("f64x2.sub", quadrant, double(rounder)));
  const high = op("f64x2.sub", x, op("f64x2.mul", whole, double(halfPi[0])));
  return [quadrant, code.keep(op("f64x2.sub", high, op("f64x2.mul", whole, double(halfPi[1]))))];
}

function sineFrom(code: VectorCode, x: Local, firstQuadrant: number): Term {
  const { op } = code;
  const low = reduce(code, x);
  const high = reduce(code, code.gather(x, x, [2, 3, 2, 3]));
  const demote = (half: readonly [Local, Local]): Term => op("f32x4.demote_f64x2_zero", half[1]);
  const rest = code.gather(demote(low), demote(high), [0, 1, 4, 5]);
  const quadrant = code.gather(low[0], high[0], [0, 2, 4, 6]);
  // The rest of an angle too large to reduce may lie anywhere; clamped, it keeps the result between -1 and 1.
  const clamped = code.keep(op("f32x4.pmax", op("f32x4.pmin", rest, Math.PI / 4), -Math.PI / 4));
  const turned = firstQuadrant === 0 ? quadrant : op("i32x4.add", quadrant, code.integer(firstQuadrant));
  return sineOfParts(code, clamped, code.keep(turned));
}

/** cos(2 pi u) for 0 <= u <= 1; the rest of the quarter turns is exact. */
export function cosineOfTurns(code: VectorCode, u: Local): Term {
  const { op } = code;
  const quarters = code.keep(op("f32x4.nearest", code.multiply(u, 4)));
  const rest = code.keep(code.multiply(code.subtract(u, code.multiply(quarters, 0.25)), 2 * Math.PI));
  const quadrant = op("i32x4.add", op("i32x4.trunc_sat_f32x4_s", quarters), code.integer(1));
  return sineOfParts(code, rest, code.keep(quadrant));
}

export const sin = vectorElement((code, x: Local) => sineFrom(code, x, 0));
export const cos = vectorElement((code, x: Local) => sineFrom(code, x, 1));
