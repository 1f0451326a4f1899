// The element functions by the primitives' names: what the body of a kernel computes at one entry, or at four at once.
import type { FunctionBuilder, Local } from "../assembler.ts";
import { add, divide, floor, multiply, round, sqrt, subtract } from "./arithmetic.ts";
import { equal, less, lessEqual } from "./compare.ts";
import { cast, identity } from "./convert.ts";
import type { Element, ElementOptions } from "./element.ts";
import { erf } from "./erf.ts";
import { exp } from "./exp.ts";
import { maximum, minimum } from "./extremes.ts";
import { log } from "./log.ts";
import { log1p } from "./log1p.ts";
import { abs, negate } from "./magnitude.ts";
import { power } from "./power.ts";
import { select } from "./select.ts";
import { sigmoid } from "./sigmoid.ts";
import { sign } from "./sign.ts";
import { tanh } from "./tanh.ts";
import { cos, sin } from "./trigonometric.ts";

export type { ElementOptions } from "./element.ts";
export { emitRandom, emitRandomKey, type RandomOptions, type WordPair } from "./random.ts";

const elements: Readonly<Record<string, Element>> = {
  abs,
  add,
  cast,
  cos,
  divide,
  equal,
  erf,
  exp,
  floor,
  gradient_scale: identity,
  less,
  less_equal: lessEqual,
  log,
  log1p,
  maximum,
  minimum,
  multiply,
  negate,
  power,
  round,
  select,
  sigmoid,
  sign,
  sin,
  sqrt,
  stop: identity,
  subtract,
  tanh,
};

/** The primitives that have an element function. */
export const elementNames: readonly string[] = Object.keys(elements);

function element(name: string): Element {
  const found = Object.hasOwn(elements, name) ? elements[name] : undefined;
  if (found === undefined) throw new RangeError(`the primitive ${name} has no element function`);
  return found;
}

/**
 * Writes code that computes the primitive `name` on the operands' lanes and leaves the result on the stack: v128 for four
 * lanes, f32 or i32 for one. The operands stay as they are. Throws `RangeError` for a primitive that is not elementwise.
 */
export function emitElement(f: FunctionBuilder, name: string, operands: readonly Local[], options: ElementOptions): void {
  element(name).emit(f, operands, options);
}

/** Whether to compute the primitive again rather than to store its result and load it. Throws as `emitElement` does. */
export function isCheap(name: string): boolean {
  return element(name).cheap;
}
