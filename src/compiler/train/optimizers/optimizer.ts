// What an optimiser is: its parameters, the state it keeps for a weight, and one step written as graph nodes.
import type { Arithmetic } from "../arithmetic.ts";

export interface OptimizerParameter {
  /** PyTorch's default. */
  readonly default: number;
  readonly doc: string;
  /** Least value allowed. */
  readonly low: number;
  /** The value must be smaller than this; absent where there is no such bound. */
  readonly below?: number;
}

/** Values by parameter name, complete: defaults filled in, truth values as 0 or 1. */
export type ParameterValues = Readonly<Record<string, number>>;

/** What one step for one weight is built from; every number is a node of the builder. */
export interface UpdateContext {
  readonly math: Arithmetic;
  readonly weight: number;
  /** The gradient, clipped already; same shape as the weight. */
  readonly gradient: number;
  /** lr times the schedule's factor, a scalar. */
  readonly rate: number;
  /** The optimiser's step of this stage, a scalar that counts from 1. */
  readonly update: number;
  /** The old value of a slot declared by `slots`. */
  slot(name: string): number;
}

export interface Update {
  readonly weight: number;
  /** New values, for every slot that `slots` declares. */
  readonly slots: Readonly<Record<string, number>>;
}

export interface Optimizer {
  readonly doc: string;
  readonly parameters: Readonly<Record<string, OptimizerParameter>>;
  /** State kept for each weight, each in the weight's shape and starting at zero. */
  slots(values: ParameterValues): readonly string[];
  step(context: UpdateContext, values: ParameterValues): Update;
}
