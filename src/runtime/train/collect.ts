// Gathers predictions and truth batch by batch into whole-split arrays, leaving out padding and absent targets.
import type { Prediction } from "../../compiler/compiled.ts";
import type { Batch } from "../data/batches.ts";
import type { HostTensor } from "../executors/executor.ts";
import type { MetricInput } from "../metrics/metric.ts";
import { TrainError } from "./train-error.ts";

/** Names of the feeds that metrics of a prediction read beside the graph's inputs. */
export function truthInputs(prediction: Prediction): readonly string[] {
  const { parameter, field } = prediction;
  const lengths = field.axes.filter((axis) => axis.ragged).map((axis) => `${parameter}#length.${axis.size.key}`);
  return [`${parameter}.${field.name}`, `${parameter}#present.${field.name}`, ...lengths];
}

export interface Collector {
  add(batch: Batch, output: HostTensor): void;
  /** All of it; `truth` is empty where the data have no target. */
  result(): MetricInput;
}

/** `everything` also takes samples whose target is absent. */
export function collector(prediction: Prediction, split: string, everything: boolean): Collector {
  const truth: number[] = [];
  const values: number[] = [];
  let width = 1;
  return {
    add(batch, output) {
      const bad = output.data.findIndex((value) => !Number.isFinite(value));
      if (bad !== -1) {
        throw new TrainError(
          `predict ${prediction.name} gave ${output.data[bad]} on ${split}, batch ${batch.index + 1}`,
          "Train with a smaller learning rate or `clip:`, or look for a division or a log that can meet 0.",
        );
      }
      width = widthOf(prediction, output);
      const target = batch.feeds[`${prediction.parameter}.${prediction.field.name}`];
      for (const at of realPositions(prediction, batch, output, width, everything)) {
        for (let label = 0; label < width; label += 1) values.push(output.data[at * width + label] ?? Number.NaN);
        if (target === undefined) continue;
        const truths = prediction.task === "multilabel" ? width : 1;
        for (let label = 0; label < truths; label += 1) truth.push(target.data[at * truths + label] ?? Number.NaN);
      }
    },
    result: () => ({
      task: prediction.task,
      truth: Float64Array.from(truth),
      prediction: Float64Array.from(values),
      width,
      labels: prediction.field.labels,
    }),
  };
}

/** Outputs for one decision: logits over the classes or labels, else one number. */
function widthOf(prediction: Prediction, output: HostTensor): number {
  return prediction.task === "classes" || prediction.task === "multilabel" ? (output.shape.at(-1) ?? 1) : 1;
}

/** Positions `sample × inner + entry` of the decisions that count: of present samples and before a sample's end. */
function* realPositions(
  prediction: Prediction,
  batch: Batch,
  output: HostTensor,
  width: number,
  everything: boolean,
): Generator<number> {
  const { parameter, field } = prediction;
  const present = everything ? undefined : batch.feeds[`${parameter}#present.${field.name}`]?.data;
  const raggedAxis = field.axes.findIndex((axis) => axis.ragged);
  const ragged = field.axes[raggedAxis];
  const lengths = ragged === undefined ? undefined : batch.feeds[`${parameter}#length.${ragged.size.key}`]?.data;
  const steps = output.shape[raggedAxis + 1] ?? 1;
  const inner = output.data.length / width / batch.count;
  // entries that one step of the ragged axis spans
  const span = output.shape.slice(raggedAxis + 2).reduce((product, size) => product * size, 1) / width;
  for (let sample = 0; sample < batch.count; sample += 1) {
    if (present?.[sample] === 0) continue;
    for (let at = 0; at < inner; at += 1) {
      if (lengths !== undefined && Math.floor(at / span) % steps >= (lengths[sample] ?? 0)) continue;
      yield sample * inner + at;
    }
  }
}
