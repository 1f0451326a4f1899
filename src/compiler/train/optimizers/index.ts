// The table of optimisers: the checker validates `optimizer: adamw(lr: 1e-3)` against it, the docs list it.
import { adam } from "./adam.ts";
import { adamw } from "./adamw.ts";
import type { Optimizer, ParameterValues } from "./optimizer.ts";
import { rmsprop } from "./rmsprop.ts";
import { sgd } from "./sgd.ts";

export type { Optimizer, OptimizerParameter, ParameterValues } from "./optimizer.ts";

export const optimizerTable: Readonly<Record<string, Optimizer>> = { sgd, adam, adamw, rmsprop };

/** An optimiser by name with the parameters that differ from its defaults. */
export interface OptimizerSettings {
  readonly name: string;
  readonly lr?: number | undefined;
  readonly beta1?: number | undefined;
  readonly beta2?: number | undefined;
  readonly alpha?: number | undefined;
  readonly eps?: number | undefined;
  readonly decay?: number | undefined;
  readonly momentum?: number | undefined;
  readonly nesterov?: boolean | number | undefined;
}

/**
 * The optimiser of the settings with every parameter it takes, defaults filled in.
 * Throws `RangeError` for a name, a parameter or a value that the table does not allow.
 */
export function resolveOptimizer(settings: OptimizerSettings): { optimizer: Optimizer; values: ParameterValues } {
  const { name, ...given } = settings;
  const optimizer = optimizerTable[name];
  if (optimizer === undefined) throw new RangeError(`no optimiser ${name}; there are ${Object.keys(optimizerTable).join(", ")}`);
  const values: Record<string, number> = {};
  for (const [parameter, { default: byDefault }] of Object.entries(optimizer.parameters)) values[parameter] = byDefault;
  for (const [parameter, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const fault = parameterFault(name, parameter, Number(value));
    if (fault !== undefined) throw new RangeError(fault);
    values[parameter] = Number(value);
  }
  return { optimizer, values };
}

/** What is wrong with a parameter's value, in words, or undefined. The optimiser must be in the table. */
export function parameterFault(name: string, parameter: string, value: number): string | undefined {
  const parameters = optimizerTable[name]?.parameters ?? {};
  const rule = parameters[parameter];
  if (rule === undefined) return `${name} takes no ${parameter}; it takes ${Object.keys(parameters).join(", ")}`;
  if (!(value >= rule.low)) return `${parameter} of ${name} must be at least ${rule.low}, not ${value}`;
  if (rule.below !== undefined && !(value < rule.below))
    return `${parameter} of ${name} must be below ${rule.below}, not ${value}`;
  return undefined;
}
