// The evaluate block: metrics on its part of the data, complete and under every missing-modality condition.
import type { CompiledModel, EvaluateProgram, MissingProtocol } from "../../compiler/compiled.ts";
import type { BatchSource } from "../data/batches.ts";
import { trainingPart } from "../data/dataset.ts";
import { type MissingCondition, missingConditions, modalitiesOf } from "../data/missing.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import type { ConditionResult, MetricValues } from "./events.ts";
import type { PlannedMetric } from "./metric-requests.ts";
import type { PlanCache } from "./plans.ts";
import { type Datasets, datasetOf } from "./run-context.ts";
import { TrainError } from "./train-error.ts";

export interface TestOptions {
  readonly model: CompiledModel;
  readonly program: EvaluateProgram;
  readonly datasets: Datasets;
  readonly plans: PlanCache;
  readonly sizes: Readonly<Record<string, number>>;
  readonly metrics: readonly PlannedMetric[];
  readonly batch: number;
  /** Epochs of the last stage: what `epoch` reads as in the evaluation graph. */
  readonly epochs: number;
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TestResult {
  /** `test`, or `mmdd.test` where several data blocks are in play. */
  readonly split: string;
  readonly complete: Evaluation;
  readonly missing: readonly ConditionResult<MetricValues>[];
}

/** Sources of the evaluate block. Raises `TrainError` where a part is not there. */
export function evaluateSources(model: CompiledModel, program: EvaluateProgram, datasets: Datasets): readonly BatchSource[] {
  return model.parameters.flatMap(({ name, without }) => {
    const on = program.on[name];
    if (on === undefined) return [];
    const dataset = datasetOf(datasets, on.data);
    // a data block without a split has one part, and that is the one trained on
    const part = on.split === "train" ? trainingPart(dataset.parts) : on.split;
    if (dataset.parts[part] === undefined) {
      throw new TrainError(`data ${on.data} has no part ${on.split}`, `Its parts are ${Object.keys(dataset.parts).join(", ")}.`);
    }
    return [{ parameter: name, without, parts: [{ dataset, part }] }];
  });
}

/** Evaluates with everything there, then under each condition of `missing:`. */
export async function testModel(options: TestOptions): Promise<TestResult> {
  const { model, program, datasets, seed } = options;
  const sources = evaluateSources(model, program, datasets);
  const blocks = Object.values(program.on);
  const split = [
    ...new Set(
      blocks.map(({ data, split }) => (new Set(blocks.map((block) => block.data)).size > 1 ? `${data}.${split}` : split)),
    ),
  ].join(" + ");
  const controls = { progress: 1, epoch: options.epochs, step: 0, update: 1, rate: 1, seed };
  const shared = { ...options, sources, controls, split };
  const complete = await evaluate(shared);
  const missing: ConditionResult<MetricValues>[] = [];
  for (const protocol of program.missing) {
    for (const { name, keep } of conditionsOf(protocol, sources, seed, options.batch)) {
      const { metrics } = await evaluate({ ...shared, keep, split: `${split}, ${name}` });
      missing.push({ protocol: protocol.kind, condition: name, metrics });
    }
  }
  return { split, complete, missing };
}

/** The conditions of a protocol, acting on every source that has modalities; random ones are drawn batch by batch, as CyIN's are. */
function conditionsOf(
  protocol: MissingProtocol,
  sources: readonly BatchSource[],
  seed: number,
  block: number,
): readonly MissingCondition[] {
  const affected = sources.filter((source) => modalitiesOf(source).length > 0);
  const perSource = affected.map((source) => missingConditions(protocol, source, { seed, block }));
  return (perSource[0] ?? []).map(({ name }, index) => ({
    name,
    keep: Object.assign({}, ...perSource.map((conditions) => conditions[index]?.keep ?? {})) as MissingCondition["keep"],
  }));
}
