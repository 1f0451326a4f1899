// Training steps of a spec's stages on made-up batches: the same first values, the same feeds, on any session.
import { existsSync } from "node:fs";
import { checkSpec } from "../../../src/compiler/check/index.ts";
import type { CompiledSpec, StageProgram } from "../../../src/compiler/compiled.ts";
import { renderAll } from "../../../src/compiler/diagnostics/render.ts";
import type { Sizes } from "../../../src/compiler/dims/dim.ts";
import { type Host, memoryHost } from "../../../src/compiler/host.ts";
import { makePlan } from "../../../src/compiler/ir/make-plan.ts";
import type { Plan } from "../../../src/compiler/ir/plan.ts";
import { sequence } from "../../../src/compiler/ir/random.ts";
import type { Feeds, HostTensor, Results, Session } from "../../../src/runtime/executors/executor.ts";
import { elementCount } from "../../../src/runtime/executors/feeds.ts";
import { controlFeeds } from "../../../src/runtime/train/control-feeds.ts";
import { initialise } from "../../../src/runtime/train/initialise.ts";
import { type BatchOptions, batchFeeds } from "./feeds.ts";
import { type PaperSpec, readFor } from "./papers.ts";

/** Throws with the spec's diagnostics where it does not check. */
export function compileSpec(host: Host, path: string, overrides: Readonly<Record<string, string>> = {}): CompiledSpec {
  const { compiled, diagnostics, sources } = checkSpec(host, path, { overrides });
  if (compiled === undefined) throw new Error(renderAll(diagnostics, sources));
  return compiled;
}

/** The stages of a paper's spec. */
export function paperStages(paper: PaperSpec): readonly StageCase[] {
  const read = (path: string): string | undefined => (existsSync(path) ? readFor(paper, path) : undefined);
  const spec = compileSpec({ ...memoryHost({}), read }, paper.path, paper.overrides);
  return (spec.train?.stages ?? []).map((stage) => stageCase(spec, stage, paper.sizes));
}

/** One stage at given sizes: its plan, and the values that all executors start from. */
export interface StageCase {
  readonly plan: Plan;
  readonly stage: StageProgram;
  readonly initial: Readonly<Record<string, HostTensor>>;
  /** The feeds of a step, from 0. */
  feeds(step: number): Feeds;
}

/** How many steps make an epoch: `from epoch 2` comes true within the first steps. */
const epochSteps = 3;

export function stageCase(spec: CompiledSpec, stage: StageProgram, sizes: Sizes, batch: Partial<BatchOptions> = {}): StageCase {
  const model = spec.train?.model ?? "";
  const plan = makePlan(`${model}/${stage.name}`, stage.graph, sizes);
  const declared = [...(spec.models.find(({ name }) => name === model)?.variables ?? []), ...stage.slots];
  const initial = Object.fromEntries(
    plan.variables.map(({ name, shape, dtype }) => {
      const declaration = declared.find((variable) => variable.name === name);
      if (declaration === undefined) throw new RangeError(`no declaration of ${name}`);
      // A bank that starts as a column of the data starts as a column of made-up data.
      if (declaration.initializer.kind !== "column") return [name, initialise(declaration, sizes, 5, [])];
      const random = sequence(5, name);
      const data = Float32Array.from({ length: elementCount(shape) }, () => 6 * random.uniform() - 3);
      return [name, { dtype, shape, data }];
    }),
  );
  const feeds = (step: number): Feeds => {
    const epoch = 1 + Math.floor(step / epochSteps);
    // Nowhere near a whole number of epochs, where float32 and float64 may round to different sides.
    const controls = { progress: (step + 0.5) / 10, epoch, step, update: step + 1, rate: 1 - 0.05 * step, seed: 1111 };
    return { ...batchFeeds(plan, { spec, model, draw: step, ...batch }), ...controlFeeds(controls) };
  };
  return { plan, stage, initial, feeds };
}

export interface Training {
  /** Every output of every step. */
  readonly steps: readonly Results[];
  /** All variables after the last one. */
  readonly variables: Results;
}

/** Trains from the case's first values; nothing stays behind in the session but variables. */
export async function trainSteps(session: Session, { plan, initial, feeds }: StageCase, count: number): Promise<Training> {
  for (const [name, value] of Object.entries(initial)) session.write(name, value);
  const program = await session.load(plan);
  const steps: Results[] = [];
  for (let step = 0; step < count; step += 1) steps.push(await program.run(feeds(step)));
  program.dispose();
  const variables: Results = {};
  for (const { name } of plan.variables) variables[name] = await session.read(name);
  return { steps, variables };
}
