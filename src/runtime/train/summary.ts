// Sums up several seeds: mean and sample standard deviation of every metric.
import type { ConditionResult, MetricValues, Spread, Summary } from "./events.ts";

/** Mean and standard deviation with n - 1 in the denominator, of at least two values. */
export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, std: Math.sqrt(squares / (values.length - 1)) };
}

/** One seed: its values. Several: a spread each; null where some seed has no value, as a mean over fewer would mislead. */
export function summarise(runs: readonly MetricValues[]): Summary {
  const [first] = runs;
  if (first === undefined) return {};
  if (runs.length === 1) return first;
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const values = runs.map((run) => run[name] ?? null);
      return [name, values.every((value) => value !== null) ? spreadOf(values) : null];
    }),
  );
}

/** The same, condition by condition. */
export function summariseConditions(
  runs: readonly (readonly ConditionResult<MetricValues>[])[],
): readonly ConditionResult<Summary>[] {
  return (runs[0] ?? []).map(({ protocol, condition }) => {
    const same = runs.flatMap((run) => run.filter((row) => row.protocol === protocol && row.condition === condition));
    return { protocol, condition, metrics: summarise(same.map((row) => row.metrics)) };
  });
}
