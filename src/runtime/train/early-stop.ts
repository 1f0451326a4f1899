// Follows one metric over the epochs: for `stop: early(…)` and for `keep: best(…)`. Plain state, so that a checkpoint keeps it.

export interface Tracker {
  /** Best value so far; null before the first finite one. */
  readonly best: number | null;
  /** Its epoch, from 1; 0 before the first. */
  readonly bestEpoch: number;
  /** Evaluations since the best. */
  readonly since: number;
}

export const freshTracker: Tracker = { best: null, bestEpoch: 0, since: 0 };

/** The tracker after an epoch's value. Only a strictly better value counts as an improvement; an undefined one never does. */
export function follow(tracker: Tracker, value: number | null, epoch: number, better: "lower" | "higher"): Tracker {
  const improved =
    value !== null &&
    Number.isFinite(value) &&
    (tracker.best === null || (better === "lower" ? value < tracker.best : value > tracker.best));
  return improved ? { best: value, bestEpoch: epoch, since: 0 } : { ...tracker, since: tracker.since + 1 };
}

/** Whether `patience` evaluations in a row brought no improvement. */
export function exhausted(tracker: Tracker, patience: number): boolean {
  return tracker.since >= patience;
}
