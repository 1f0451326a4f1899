// Gradient clipping before the optimiser's step.
import type { Arithmetic } from "./arithmetic.ts";

export interface Clip {
  /** `norm`: all gradients are scaled together; `value`: each entry is clamped by itself. */
  readonly kind: "norm" | "value";
  readonly limit: number;
}

/** sqrt of the sum of squares over all gradients, a scalar; zero for none. */
export function globalNorm(math: Arithmetic, gradients: readonly number[]): number {
  const [first, ...rest] = gradients.map((gradient) => math.total(math.square(gradient)));
  if (first === undefined) return math.constant(0);
  return math.sqrt(rest.reduce(math.add, first));
}

/**
 * What clipping does to one gradient. By norm (Pascanu et al. 2013, algorithm 1; `torch.nn.utils.clip_grad_norm_`) every
 * gradient is multiplied by min(1, limit / (norm + 1e-6)); by value every entry is clamped to ±limit.
 */
export function clipper(math: Arithmetic, norm: number, clip: Clip | undefined): (gradient: number) => number {
  if (clip === undefined) return (gradient) => gradient;
  const limit = math.constant(clip.limit);
  if (clip.kind === "value") {
    const least = math.constant(-clip.limit);
    return (gradient) => math.minimum(math.maximum(gradient, least), limit);
  }
  const factor = math.minimum(math.constant(1), math.divide(limit, math.add(norm, math.constant(1e-6))));
  return (gradient) => math.multiply(factor, gradient);
}
