// The bias-corrected moment estimates of Adam (Kingma & Ba 2015, algorithm 1), shared by Adam and AdamW.
import type { Arithmetic } from "../arithmetic.ts";
import type { OptimizerParameter, ParameterValues, UpdateContext } from "./optimizer.ts";

export const momentParameters: Readonly<Record<string, OptimizerParameter>> = {
  lr: { default: 1e-3, low: 0, doc: "Learning rate." },
  beta1: { default: 0.9, low: 0, below: 1, doc: "Decay of the running mean of the gradient." },
  beta2: { default: 0.999, low: 0, below: 1, doc: "Decay of the running mean of the squared gradient." },
  eps: { default: 1e-8, low: 0, doc: "Added to the denominator." },
};

export interface Moments {
  /** The corrected step, m̂ / (sqrt(v̂) + eps), times the learning rate. */
  readonly step: number;
  readonly m: number;
  readonly v: number;
}

/**
 * m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², step = rate · m/(1−β₁ᵗ) / (sqrt(v)/sqrt(1−β₂ᵗ) + eps).
 * The order of operations is PyTorch's, so that float32 results agree closely.
 */
export function moments(context: UpdateContext, gradient: number, values: ParameterValues): Moments {
  const { math, update, rate } = context;
  const beta1 = values.beta1 ?? 0;
  const beta2 = values.beta2 ?? 0;
  const m = math.add(math.scale(beta1, context.slot("m")), math.scale(1 - beta1, gradient));
  const v = math.add(math.scale(beta2, context.slot("v")), math.scale(1 - beta2, math.square(gradient)));
  const rootCorrection = math.sqrt(biasCorrection(math, beta2, update));
  const denominator = math.add(math.divide(math.sqrt(v), rootCorrection), math.constant(values.eps ?? 0));
  const size = math.divide(rate, biasCorrection(math, beta1, update));
  return { step: math.multiply(size, math.divide(m, denominator)), m, v };
}

/**
 * 1 − βᵗ as −2h/(1−h) with h = tanh(t·ln β / 2): the plain difference loses five digits in float32 while t is small
 * and β near 1, this form none.
 */
function biasCorrection(math: Arithmetic, beta: number, update: number): number {
  if (beta === 0) return math.constant(1);
  const half = math.builder.add("tanh", [math.scale(Math.log(beta) / 2, update)]);
  return math.divide(math.scale(-2, half), math.subtract(math.constant(1), half));
}
