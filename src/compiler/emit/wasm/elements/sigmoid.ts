// The element function `sigmoid`: 1 / (1 + e^-x), whose relative error is small on both sides; below -88.72 it is 0.
import type { Local } from "../assembler.ts";
import { vectorElement } from "./element.ts";
import { exponential } from "./exp.ts";

export const sigmoid = vectorElement((code, x: Local) => {
  const power = exponential(code, code.subtract(0, x));
  return code.divide(1, code.add(power, 1));
});
