// A plan: one static training (or evaluation) graph with everything an executor can know ahead of time. It is plain
// JSON, checked by `schemas/plan.schema.json`, and is the only thing an executor sees.
import type { Sizes } from "../dims/dim.ts";
import type { DType, StaticGraph } from "./graph.ts";

export const planVersion = 1;

export interface PlanInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export interface PlanVariable extends PlanInput {
  /** Whether the step assigns it. */
  readonly written: boolean;
}

export interface Plan {
  readonly version: typeof planVersion;
  /** What it computes, for messages: `Tri/joint`, `Tri/evaluate`. */
  readonly name: string;
  readonly sizes: Sizes;
  readonly graph: StaticGraph;
  readonly inputs: readonly PlanInput[];
  readonly variables: readonly PlanVariable[];
  /** For each node the index of the last node that reads it (its own index if none; nodes.length if an output). */
  readonly lastUse: readonly number[];
  /** For each node the memory slot its value lives in; slots are reused once free. -1 for leaves and aliases. */
  readonly slots: readonly number[];
  /** Bytes of each slot. */
  readonly slotBytes: readonly number[];
  readonly flops: number;
  /** Largest number of bytes alive at once, variables excluded. */
  readonly peakBytes: number;
}
