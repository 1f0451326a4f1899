// The backward and update part of a stage's graph: gradients of the total loss, clipping, one optimiser step for every
// trained weight. The caller has put the forward pass into the builder and finishes the graph.
import type { VariableDeclaration } from "../compiled.ts";
import type { Dim } from "../dims/dim.ts";
import { gradients } from "../ir/autodiff.ts";
import type { GraphBuilder } from "../ir/builder.ts";
import type { Assignment } from "../ir/graph.ts";
import { arithmetic } from "./arithmetic.ts";
import { type Clip, clipper, globalNorm } from "./clip.ts";
import { type OptimizerSettings, resolveOptimizer } from "./optimizers/index.ts";

export interface TrainedWeight {
  readonly name: string;
  /** Its `variable` node. */
  readonly node: number;
  readonly shape: readonly Dim[];
  readonly settings: OptimizerSettings;
}

export interface UpdateOptions {
  /** The scalar to minimise. */
  readonly total: number;
  readonly weights: readonly TrainedWeight[];
  readonly clip: Clip | undefined;
  /** Prefix of the slots' names. */
  readonly stage: string;
  /** Node of `#rate`, the schedule's factor on every learning rate. */
  readonly rate: number;
  /** Node of `#update`, the optimiser step of the stage as an f32 scalar that counts from 1. */
  readonly update: number;
}

export interface UpdateGraph {
  readonly assignments: readonly Assignment[];
  readonly slots: readonly VariableDeclaration[];
  /** Global norm of the gradients before clipping, a scalar. */
  readonly gradientNorm: number;
  /** Weights that the loss does not reach: they are not updated (no decay either), as PyTorch does where grad is None. */
  readonly missing: readonly string[];
}

/** Adds gradients, clipping and updates to the builder. Throws `RangeError` for settings the optimiser table refuses. */
export function buildUpdate(builder: GraphBuilder, options: UpdateOptions): UpdateGraph {
  const { weights, clip, stage } = options;
  const all = gradients(
    builder,
    options.total,
    weights.map((weight) => weight.node),
  );
  const reached: { readonly weight: TrainedWeight; readonly gradient: number }[] = [];
  const missing: string[] = [];
  weights.forEach((weight, index) => {
    const gradient = all[index];
    if (gradient === undefined) missing.push(weight.name);
    else reached.push({ weight, gradient });
  });

  const origin = builder.origin;
  const math = arithmetic(builder);
  builder.setOrigin({ span: undefined, path: stage });
  const gradientNorm = globalNorm(
    math,
    reached.map(({ gradient }) => gradient),
  );
  const clipOne = clipper(math, gradientNorm, clip);

  const assignments: Assignment[] = [];
  const slots: VariableDeclaration[] = [];
  for (const { weight, gradient } of reached) {
    const { name, node, shape, settings } = weight;
    const { optimizer, values } = resolveOptimizer(settings);
    builder.setOrigin({ span: undefined, path: name });
    const slotName = (slot: string): string => `${stage}/${settings.name}.${slot}:${name}`;
    const slotNodes: Record<string, number> = {};
    for (const slot of optimizer.slots(values)) {
      slotNodes[slot] = builder.add("variable", [], { name: slotName(slot), sizes: shape, dtype: "f32" });
      const initializer = { kind: "constant", value: 0 } as const;
      slots.push({ name: slotName(slot), shape, dtype: "f32", initializer, kind: "slot", span: undefined });
    }
    const result = optimizer.step(
      {
        math,
        weight: node,
        gradient: clipOne(gradient),
        rate: math.scale(values.lr ?? 0, options.rate),
        update: options.update,
        slot(slot) {
          const found = slotNodes[slot];
          if (found === undefined) throw new RangeError(`${settings.name} declares no slot ${slot}`);
          return found;
        },
      },
      values,
    );
    assignments.push({ variable: name, value: result.weight });
    for (const [slot, value] of Object.entries(result.slots)) assignments.push({ variable: slotName(slot), value });
  }
  builder.setOrigin(origin);
  return { assignments, slots, gradientNorm, missing };
}

/** What `buildUpdate` says of weights that the loss does not reach, without the rest of it: for a spec that is only checked. */
export function withoutUpdate(builder: GraphBuilder, { total, weights }: UpdateOptions): UpdateGraph {
  const all = gradients(
    builder,
    total,
    weights.map((weight) => weight.node),
  );
  const missing = weights.filter((_, index) => all[index] === undefined).map((weight) => weight.name);
  return { assignments: [], slots: [], gradientNorm: total, missing };
}
