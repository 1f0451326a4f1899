// Medians, spreads and ratios of interleaved measurements.

export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const next = sorted[low + 1] ?? sorted[low];
  return sorted[low] + (at - low) * (next - sorted[low]);
}

export const median = (values) => quantile(values, 0.5);

/** What is said of an implementation's step: over all rounds' medians, and its fastest single step. */
export function summary(rounds) {
  const medians = rounds.map(median);
  return {
    median: median(medians),
    low: quantile(medians, 0.25),
    high: quantile(medians, 0.75),
    fastest: Math.min(...rounds.flat()),
    rounds: medians,
    steps: rounds.reduce((sum, round) => sum + round.length, 0),
  };
}

/**
 * How many times as long one takes as another: the median over rounds of the rounds' own ratios, so that what else the machine does in
 * a round falls on both; and its quartiles.
 */
export function ratio(one, other) {
  const common = Math.min(one.rounds.length, other.rounds.length);
  const each = one.rounds.slice(0, common).map((value, round) => value / other.rounds[round]);
  return { median: median(each), low: quantile(each, 0.25), high: quantile(each, 0.75) };
}
