// The factor on the learning rate, and the rules that follow a metric: values computed by hand.
import { describe, expect, test } from "vitest";
import { exhausted, follow, freshTracker } from "../../src/runtime/train/early-stop.ts";
import { rateAt } from "../../src/runtime/train/schedule.ts";
import { spreadOf, summarise } from "../../src/runtime/train/summary.ts";

describe("schedules over 10 steps of 5 an epoch", () => {
  const over = (schedule: Parameters<typeof rateAt>[0]): number[] =>
    Array.from({ length: 10 }, (_, step) => rateAt(schedule, step, 10, 5));

  test("constant", () => {
    expect(over({ kind: "constant", warmup: 0 })).toEqual(Array(10).fill(1));
  });

  test("warm-up reaches 1 at its last step and never stands at 0", () => {
    expect(over({ kind: "constant", warmup: 0.4 })).toEqual([0.25, 0.5, 0.75, 1, 1, 1, 1, 1, 1, 1]);
  });

  test("linear goes from 1 towards `to`", () => {
    const rates = over({ kind: "linear", warmup: 0, to: 0.5 });
    expect(rates[0]).toBe(1);
    expect(rates[5]).toBeCloseTo(0.75, 12);
    expect(rates[9]).toBeCloseTo(0.55, 12);
  });

  test("cosine: half-way is the middle; after warm-up it starts at 1", () => {
    const rates = over({ kind: "cosine", warmup: 0, to: 0.2 });
    expect(rates[0]).toBe(1);
    expect(rates[5]).toBeCloseTo(0.6, 12);
    expect(rates[9]).toBeCloseTo(0.2 + 0.4 * (1 + Math.cos(0.9 * Math.PI)), 12);
    const warmed = over({ kind: "cosine", warmup: 0.2, to: 0 });
    expect(warmed.slice(0, 3)).toEqual([0.5, 1, 1]);
    expect(warmed[6]).toBeCloseTo(0.5, 12);
  });

  test("step multiplies after every epochs of the stage, during warm-up too", () => {
    expect(over({ kind: "step", warmup: 0, every: 1, by: 0.1 })).toEqual([1, 1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(over({ kind: "step", warmup: 0.2, every: 2, by: 0.1 })).toEqual([0.5, 1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });
});

describe("following a metric", () => {
  const followAll = (values: readonly (number | null)[], better: "lower" | "higher") =>
    values.reduce((tracker, value, index) => follow(tracker, value, index + 1, better), freshTracker);

  test("keeps the first of equal bests and counts evaluations since", () => {
    expect(followAll([3, 2, 2, 2.5], "lower")).toEqual({ best: 2, bestEpoch: 2, since: 2 });
    expect(followAll([3, 2, 4, 4], "higher")).toEqual({ best: 4, bestEpoch: 3, since: 1 });
  });

  test("an undefined or non-finite value is no improvement", () => {
    expect(followAll([null, 5, null, Number.NaN, Number.NEGATIVE_INFINITY], "lower")).toEqual({
      best: 5,
      bestEpoch: 2,
      since: 3,
    });
    expect(followAll([null, null], "higher")).toEqual({ best: null, bestEpoch: 0, since: 2 });
  });

  test("patience is the number of evaluations without improvement", () => {
    expect(exhausted(followAll([3, 4], "lower"), 2)).toBe(false);
    expect(exhausted(followAll([3, 4, 3], "lower"), 2)).toBe(true);
  });
});

describe("over the seeds", () => {
  test("mean and sample standard deviation", () => {
    expect(spreadOf([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, std: Math.sqrt(32 / 7) });
  });

  test("one seed gives its values, a metric that one seed lacks gives none", () => {
    expect(summarise([{ mae: 1, pearson: null }])).toEqual({ mae: 1, pearson: null });
    expect(
      summarise([
        { mae: 1, pearson: null },
        { mae: 3, pearson: 0.5 },
      ]),
    ).toEqual({ mae: { mean: 2, std: Math.SQRT2 }, pearson: null });
  });
});
