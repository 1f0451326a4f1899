// The feeds that come from the trainer and not from the data: `#progress`, `#epoch`, `#step`, `#update`, `#rate`, `#seed`.
import type { Feeds, HostTensor } from "../executors/executor.ts";

export interface Controls {
  /** Completed share of the stage, 0 .. 1. */
  readonly progress: number;
  /** Epoch of the stage, from 1. */
  readonly epoch: number;
  /** Step of the whole run, from 0. */
  readonly step: number;
  /** Optimiser step of the stage, from 1. */
  readonly update: number;
  /** Factor of the schedule on every learning rate. */
  readonly rate: number;
  readonly seed: number;
}

const scalar = (value: number): HostTensor => ({ dtype: "f32", shape: [], data: Float32Array.of(value) });
const whole = (value: number): HostTensor => ({ dtype: "i32", shape: [], data: Int32Array.of(value) });

export function controlFeeds(controls: Controls): Feeds {
  return {
    "#progress": scalar(controls.progress),
    "#epoch": scalar(controls.epoch),
    "#step": whole(controls.step),
    "#update": scalar(controls.update),
    "#rate": scalar(controls.rate),
    "#seed": whole(controls.seed),
  };
}
