// The factor on every learning rate at each step of a stage (`#rate`).
import type { Schedule } from "../../compiler/compiled.ts";

/**
 * Factor at optimiser step `step` (from 0) of `steps`. During warm-up it rises by equal amounts and reaches 1 at the last
 * warm-up step, so that no step is lost to a rate of 0. After it, with t = (step - warm-up) / (steps - warm-up):
 * cosine `to + (1 - to) (1 + cos π t) / 2` (Loshchilov and Hutter 2017, one period, as PyTorch's CosineAnnealingLR), linear
 * `1 + (to - 1) t`. `step` multiplies by `by` after every `every` epochs of the stage.
 */
export function rateAt(schedule: Schedule, step: number, steps: number, stepsPerEpoch: number): number {
  const warmup = Math.round(schedule.warmup * steps);
  if (step < warmup) return ((step + 1) / warmup) * (schedule.kind === "step" ? stepFactor(schedule, step, stepsPerEpoch) : 1);
  const share = (step - warmup) / Math.max(1, steps - warmup);
  switch (schedule.kind) {
    case "constant":
      return 1;
    case "cosine":
      return schedule.to + ((1 - schedule.to) * (1 + Math.cos(Math.PI * share))) / 2;
    case "linear":
      return 1 + (schedule.to - 1) * share;
    case "step":
      return stepFactor(schedule, step, stepsPerEpoch);
  }
}

function stepFactor(schedule: { readonly every: number; readonly by: number }, step: number, stepsPerEpoch: number): number {
  return schedule.by ** Math.floor(Math.floor(step / stepsPerEpoch) / schedule.every);
}
